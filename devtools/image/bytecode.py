"""Bytecode for the modules of the image, compiled by the Python of the image.

A process without bytecode compiles each module at each start, because its root is read-only: more than a second.
"""

from pathlib import Path

from devtools.image.programs import run
from devtools.image.recipe import PYTHON, Architecture


def compile_modules(root: Path, base: Path, architecture: Architecture) -> None:
    """Compile all modules below a root with the interpreter of the base. Raises `ImageError`.

    The interpreter runs on this machine, started by its own loader with its own libraries, so no chroot is needed.
    The bytecode contains a hash that is never compared, and no path or time of this machine: the same modules always
    yield the same bytes.
    """
    libraries = base / architecture.libraries
    loader = next(libraries.glob("ld-linux-*"))
    python = (str(loader), "--library-path", str(libraries), str(base / f"usr/bin/python{PYTHON}"))
    places = ("-s", str(root), "-p", "/")
    # Templates in packages are no valid modules: their failure is no error, and compileall has no other.
    run(
        *(*python, "-S", "-B", "-c", _COMPILE, *places, "-q", "--invalidation-mode", "unchecked-hash", str(root)),
        PYTHONHOME=str(base / "usr"),
        PYTHONHASHSEED="0",  # the order of sets in bytecode
    )


_COMPILE = "import compileall; compileall.main()"
