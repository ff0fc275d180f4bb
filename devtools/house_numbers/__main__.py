"""`python -m devtools.house_numbers [--figures]`: name what exceeds a limit; with figures, print all sizes."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from devtools.house_numbers.figures import HEADER, describe
from devtools.house_numbers.measure import Module, measure_module
from devtools.house_numbers.rules import find_violations

ROOT = Path(__file__).parents[2]
FOLDERS = ("operator", "devtools", "tests")


def measure_folder(folder: str) -> Iterator[Module]:
    """Measure the Python files of a folder that git tracks or would add."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", f"{folder}/*.py"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    for path in sorted(set(listed.splitlines())):
        if (ROOT / path).is_file():
            yield measure_module(path, (ROOT / path).read_text(encoding="utf-8"))


def main(arguments: Sequence[str]) -> int:
    """Print the violations; return 1 when there are any."""
    measured = {folder: list(measure_folder(folder)) for folder in FOLDERS}
    if "--figures" in arguments:
        print(HEADER, *(describe(folder, modules) for folder, modules in measured.items()), sep="\n")
    violations = list(find_violations(module for modules in measured.values() for module in modules))
    print("\n".join(violations))
    return bool(violations)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
