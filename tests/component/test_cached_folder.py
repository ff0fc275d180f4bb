"""Folders of the cache are built once, completely, by one program at a time."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from devtools.local.cached_folder import MARK, UNUSED, cached_folder


class Build:
    """Fills a folder, and counts its calls."""

    def __init__(self) -> None:
        self.runs = 0

    def __call__(self, folder: Path) -> None:
        """Fill the folder."""
        self.runs += 1
        (folder / "made").touch()


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty cache of the test."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "oauth-connector-operator"


def test_a_missing_folder_is_built(cache: Path) -> None:
    """The first call builds it, in the project's part of the user's cache."""
    folder = cached_folder("thing", Build())
    assert folder == cache / "thing"
    assert (folder / "made").exists()


def test_a_complete_folder_is_not_built_again() -> None:
    """Later calls use the existing folder."""
    build = Build()
    assert cached_folder("thing", build) == cached_folder("thing", build)
    assert build.runs == 1


def test_an_interrupted_build_starts_again_from_nothing() -> None:
    """The next build removes the remains of a failed one."""

    def interrupted(folder: Path) -> None:
        (folder / "half").touch()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cached_folder("thing", interrupted)
    folder = cached_folder("thing", Build())
    assert not (folder / "half").exists()
    assert (folder / "made").exists()


def test_simultaneous_calls_build_once() -> None:
    """Programs that need the folder at the same time wait for the one that builds it."""
    build = Build()
    with ThreadPoolExecutor(4) as pool:
        folders = list(pool.map(lambda _: cached_folder("thing", build), range(8)))
    assert len(set(folders)) == 1
    assert build.runs == 1


def unused(name: str, seconds: float) -> Path:
    """Return a folder of the cache whose last use is some seconds ago."""
    folder = cached_folder(name, Build())
    past = time.time() - seconds
    os.utime(folder / MARK, (past, past))
    return folder


def test_a_folder_that_is_not_used_for_a_month_is_removed() -> None:
    """The next build in the same place removes it; a folder that was used since then stays."""
    old, used, recent = unused("old", UNUSED + 60), unused("used", UNUSED + 60), unused("recent", UNUSED - 60)
    cached_folder("used", Build())
    cached_folder("thing", Build())
    assert not old.exists()
    assert (used / "made").exists()
    assert (recent / "made").exists()
