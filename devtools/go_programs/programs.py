"""Find programs in the cache, and build those that are missing."""

import hashlib
import os
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from devtools.go_programs.build import build
from devtools.go_programs.catalog import CATALOG
from devtools.go_programs.go_module import DIGITS, folder_name
from devtools.local.cached_folder import cached_folder


def program(name: str) -> Path:
    """Return the path of a program of the catalog; build it if necessary. Raises `GoBuildError`."""
    wanted = CATALOG[name]
    return cached_folder(folder_name(wanted), partial(build, wanted)) / wanted.name


def program_folder(label: str, names: Iterable[str]) -> Path:
    """Return a folder that contains all these programs and nothing else. Raises `GoBuildError`."""
    paths = [program(name) for name in names]
    key = hashlib.sha256("\n".join(map(str, paths)).encode()).hexdigest()[:DIGITS]
    return cached_folder(f"{label}-{key}", partial(_link, paths))


def _link(paths: Iterable[Path], folder: Path) -> None:
    for path in paths:
        os.link(path, folder / path.name)
