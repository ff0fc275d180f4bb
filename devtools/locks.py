"""Lock files say what a package is, by its hash, and never where it came from: whoever installs decides that."""

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
NAMES = ("*.lock", "package-lock.json", "npm-shrinkwrap.json", "go.sum")
AWAY = frozenset({".git", ".venv", "node_modules"})

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
    """Give the lock files under a folder, in the order of their paths."""
    found = {path for name in NAMES for path in root.rglob(name)}
    return (path for path in sorted(found) if AWAY.isdisjoint(path.relative_to(root).parts))


def addresses(paths: Iterable[Path]) -> Iterator[str]:
    """Give a line `path:line: text` for every place in lock files that tells where to download from."""
    for path in paths:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if ADDRESS.search(line):
                yield f"{path}:{number}: {line.strip()[:100]}"


def main() -> int:
    """Print what was found; the exit code tells whether that was anything."""
    found = list(addresses(lock_files(ROOT)))
    for place in found:
        print(place)
    if found:
        print("Lock files carry no download addresses: make them again with `make lock` or the project's .npmrc.")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
