"""Folders outside the checkout that are built once, even if several programs need them at the same time."""

import fcntl
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

MARK = ".complete"


def cache_root() -> Path:
    """Return the project's cache: `$XDG_CACHE_HOME/oauth-connector-operator`, by default below `~/.cache`."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "oauth-connector-operator"


def cached_folder(name: str, build: Callable[[Path], None]) -> Path:
    """Return the folder of that name in the cache; `build` fills it if no earlier call has completed.

    It is built in place, because a virtual environment cannot be moved, and marked when complete. The next build
    removes the remains of an interrupted one.
    """
    folder = cache_root() / name
    folder.parent.mkdir(parents=True, exist_ok=True)
    with exclusive(folder.with_name(f"{folder.name}.lock")):
        if not (folder / MARK).exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            build(folder)
            (folder / MARK).touch()
    return folder


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
