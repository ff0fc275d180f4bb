"""A program that imports modules where only the packages of a lock file are installed, as in the image.

usage: locked_imports.py LOCK MODULE…   It prints the distributions that were imported, a line each.
"""

import importlib
import re
import sys
from collections.abc import Iterator, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.metadata import packages_distributions
from pathlib import Path
from types import ModuleType

OWN = "oauth-connector-operator"


def read_lock(text: str) -> set[str]:
    """Return the names of the distributions of a lock file."""
    return {normalize(name) for name in re.findall(r"^([\w.-]+)==", text, re.MULTILINE)}


def normalize(name: str) -> str:
    """Return the normal form of the name of a distribution (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


class HidingFinder(MetaPathFinder):
    """Finds no module of a distribution that is not in the lock file."""

    def __init__(self, locked: set[str]) -> None:
        self._hidden = {
            module
            for module, owners in packages_distributions().items()
            if not {normalize(owner) for owner in owners} & {*locked, OWN}
        }

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Raise `ModuleNotFoundError` for a hidden module; leave all others to the next finder."""
        del path, target
        if fullname.partition(".")[0] in self._hidden:
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)
        return None


def find_imported() -> Iterator[str]:
    """Yield the distributions of the modules that were imported."""
    owners = packages_distributions()
    for module in {name.partition(".")[0] for name in sys.modules}:
        yield from map(normalize, owners.get(module, ()))


def main(lock: str, *modules: str) -> None:
    """Import modules, and print the distributions that were imported."""
    before = set(find_imported())  # by the interpreter itself, for editable installs
    sys.meta_path.insert(0, HidingFinder(read_lock(Path(lock).read_text(encoding="utf-8"))))
    for module in modules:
        importlib.import_module(module)
    print("\n".join(sorted(set(find_imported()) - before)))  # noqa: T201  # a program


if __name__ == "__main__":
    main(*sys.argv[1:])
