"""Folders of the cache: made once, completely, by one program at a time."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from devtools.local.cached_folder import cached_folder


class Build:
    """Fills a folder, and counts how often."""

    def __init__(self) -> None:
        self.runs = 0

    def __call__(self, folder: Path) -> None:
        """Fill it."""
        self.runs += 1
        (folder / "made").touch()


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give an empty cache of the test's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "oauth-connector-operator"


def test_empty_cache_gets_the_folder_made(cache: Path) -> None:
    """The first one who asks has it made, under the project's part of the user's cache."""
    folder = cached_folder("thing", Build())
    assert folder == cache / "thing"
    assert (folder / "made").exists()


def test_complete_folder_is_not_made_again() -> None:
    """Whoever asks later gets what is there."""
    build = Build()
    assert cached_folder("thing", build) == cached_folder("thing", build)
    assert build.runs == 1


def test_interrupted_build_starts_from_nothing() -> None:
    """What a failed build left behind is gone when the next begins."""

    def interrupted(folder: Path) -> None:
        (folder / "half").touch()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cached_folder("thing", interrupted)
    folder = cached_folder("thing", Build())
    assert not (folder / "half").exists()
    assert (folder / "made").exists()


def test_many_at_once_have_it_made_by_one() -> None:
    """Programs that ask at the same time wait for the one that makes it."""
    build = Build()
    with ThreadPoolExecutor(4) as pool:
        folders = list(pool.map(lambda _: cached_folder("thing", build), range(8)))
    assert len(set(folders)) == 1
    assert build.runs == 1
