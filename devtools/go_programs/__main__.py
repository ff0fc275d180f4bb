"""Build programs and print their paths, one on each line: `python -m devtools.go_programs helm kubelet`."""

import sys

from devtools.go_programs.build import GoBuildError
from devtools.go_programs.catalog import CATALOG
from devtools.go_programs.programs import program


def main() -> int:
    """Build the programs that the command line names. Without a name, print which ones there are."""
    names = sys.argv[1:]
    unknown = [name for name in names if name not in CATALOG]
    if unknown or not names:
        print(f"usage: python -m devtools.go_programs NAME…\nPrograms: {', '.join(CATALOG)}", file=sys.stderr)
        return 2
    try:
        for name in names:
            print(program(name))
    except KeyboardInterrupt:
        return 130
    except GoBuildError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
