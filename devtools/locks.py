"""Check that lock files identify packages by hash and contain no download addresses."""

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
NAMES = ("*.lock", "package-lock.json", "npm-shrinkwrap.json", "go.sum")
SKIPPED = frozenset({".git", ".venv", "node_modules"})

# The shapes of download addresses and of pip's options for them; a package's home page or sponsor is neither.
ADDRESS = re.compile(
    r"""
    ^\s*(--(index-url|extra-index-url|find-links|trusted-host)|-i|-f)\b
    | "resolved":\s*"[a-z+]+://
    | \b[a-z+]+://\S+(/simple/|/packages/|/-/|/@v/|\.(whl|tgz|zip|tar\.gz))
    | @\s+(https?|file)://
    """,
    re.VERBOSE,
)


def lock_files(root: Path) -> Iterator[Path]:
    """Return the lock files below a folder, sorted by path."""
    found = {path for name in NAMES for path in root.rglob(name)}
    return (path for path in sorted(found) if SKIPPED.isdisjoint(path.relative_to(root).parts))


def addresses(paths: Iterable[Path]) -> Iterator[str]:
    """Return a line `path:line: text` for each download address in lock files."""
    for path in paths:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if ADDRESS.search(line):
                yield f"{path}:{number}: {line.strip()[:100]}"


def main() -> int:
    """Print the addresses; return 1 if there are any."""
    found = list(addresses(lock_files(ROOT)))
    for place in found:
        print(place)
    if found:
        print("Lock files must not contain download addresses: generate them with `make lock` or the project's .npmrc.")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
