"""Folders outside the checkout that are built once, even if several programs need them at the same time."""

import fcntl
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

MARK = ".complete"
"""The file of a complete folder. Its time of change is that of the last use."""
UNUSED = 30 * 86400.0
"""Seconds after its last use until a folder is removed."""


def cache_root() -> Path:
    """Return the project's cache: `$XDG_CACHE_HOME/oauth-connector-operator`, by default below `~/.cache`."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "oauth-connector-operator"


def cached_folder(name: str, build: Callable[[Path], None]) -> Path:
    """Return the folder of that name in the cache; `build` fills it if no earlier call has completed.

    It is built in place, because a virtual environment cannot be moved, and marked when complete. The next build
    removes the remains of an interrupted one, and the folders beside it that were not used for a month.
    """
    folder = cache_root() / name
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _lock(folder):
        if not (folder / MARK).exists():
            _remove_unused(folder.parent)
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            build(folder)
        (folder / MARK).touch()
    return folder


def _remove_unused(parent: Path) -> None:
    for mark in parent.glob(f"*/{MARK}"):
        with _lock(mark.parent):
            if mark.exists() and time.time() - mark.stat().st_mtime > UNUSED:
                shutil.rmtree(mark.parent)


def _lock(folder: Path) -> AbstractContextManager[None]:
    return exclusive(folder.with_name(f"{folder.name}.lock"))


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold a lock file; wait while another process holds it."""
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress(f"waiting for another program that builds {path.with_suffix('')}")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def progress(sentence: str) -> None:
    """Print what takes so long to standard error."""
    print(sentence, file=sys.stderr, flush=True)
