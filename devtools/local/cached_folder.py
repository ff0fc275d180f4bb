"""Folders outside the checkout that are made once, however many programs ask for them at the same time."""

import fcntl
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

MARK = ".complete"


def cache_root() -> Path:
    """Give the project's cache: `$XDG_CACHE_HOME/oauth-connector-operator`, by default under `~/.cache`."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "oauth-connector-operator"


def cached_folder(name: str, build: Callable[[Path], None]) -> Path:
    """Give the folder of that name in the cache; `build` fills it if no earlier call has done so to the end.

    It is built in place, since a virtual environment cannot be moved, and marked when complete: what an interrupted
    build left behind is removed by the next one.
    """
    folder = cache_root() / name
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _locked(folder.with_name(f"{folder.name}.lock")):
        if not (folder / MARK).exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            build(folder)
            (folder / MARK).touch()
    return folder


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress(f"waiting for another program that makes {path.with_suffix('')}")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def progress(sentence: str) -> None:
    """Tell the person at the terminal what takes so long."""
    print(sentence, file=sys.stderr, flush=True)
