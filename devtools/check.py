"""Run the static checks of the repository; `make check` and the pre-commit hooks use this program.

`python -m devtools.check` runs all checks, two at a time, and reports all failures; arguments select checks by name.
"""

import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from subprocess import PIPE, STDOUT

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
PYTHON = sys.executable

CHECKS: Mapping[str, Sequence[str]] = {
    "types": (f"{BIN}/mypy", "--no-error-summary", "operator", "devtools", "tests"),
    "lint": (f"{BIN}/ruff", "check", "--quiet"),
    "format": (f"{BIN}/ruff", "format", "--check", "--quiet"),
    "layers": (f"{BIN}/lint-imports", "--no-logo"),
    "test-docstrings": (f"{BIN}/interrogate", "-vv", "--omit-covered-files", "--no-color", "tests"),
    "generated": (PYTHON, "-m", "devtools.generate", "--check"),
    "test-data": (PYTHON, "-m", "tests.support.argocd_test_data", "--check"),
    "locks": (PYTHON, "-m", "devtools.locks"),
    "numbers": (PYTHON, "-m", "devtools.house_numbers"),
    "words": (PYTHON, "-m", "devtools.vocabulary"),
}
"""The command of each check. The types are first: in a fresh clone they take as long as all others."""

AT_ONCE = 2


def run_checks(names: Iterable[str]) -> list[str]:
    """Run checks by name; print a line for each when it has ended, and return the names of those that failed."""
    names = list(names)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return [name for name, passed in zip(names, pool.map(_is_passed, names), strict=True) if not passed]


def _is_passed(name: str) -> bool:
    began = time.monotonic()
    done = subprocess.run(CHECKS[name], cwd=ROOT, stdout=PIPE, stderr=STDOUT, check=False, text=True)
    passed = done.returncode == 0
    lines = [f"{name:16} {'ok' if passed else 'FAILED'}  {time.monotonic() - began:.1f} s"]
    if not passed:
        lines.append(done.stdout.rstrip() or f"(no output, exit code {done.returncode})")
    print("".join(f"{line}\n" for line in lines), end="", flush=True)  # one write: another check may end now
    return passed


def main(arguments: Sequence[str]) -> int:
    """Return the exit code: 0 if all checks passed, 1 if one failed, 2 for an unknown name."""
    unknown = [name for name in arguments if name not in CHECKS]
    if unknown:
        print(f"Unknown check: {', '.join(unknown)}. Known: {', '.join(CHECKS)}.", file=sys.stderr)
        return 2
    failed = run_checks(arguments or CHECKS)
    if failed:
        print(f"check: failed: {', '.join(failed)}")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
