"""Programs that development needs, built once from Go modules into the cache: `program("helm")` is the path of one.

To add a program:

1. Make the folder `modules/NAME` with two files. `tools.go` imports the package of the program, and `go.mod` requires
   its module in one version. A program of our own has its Go files in the folder instead of `tools.go`.
2. If the go.mod of that module has `replace` lines, repeat them: Go ignores those of a dependency. For a line that
   replaces a module by a folder beside it, name the published version: `replace k8s.io/api => k8s.io/api v0.37.2`.
3. Run `go mod tidy` in the folder, and commit `go.mod`, `go.sum` and `tools.go`. They contain no path of a machine.
4. Add the program to `catalog.py`. `python -m devtools.go_programs NAME` builds it and prints its path.
"""
