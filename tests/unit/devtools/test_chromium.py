"""Finding Chromium."""

from pathlib import Path

import pytest

from devtools.local.chromium import ChromiumError, chromium


def program(folder: Path, name: str) -> Path:
    """Make something that can be run."""
    path = folder / name
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def test_the_one_that_is_named_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever else is on the path."""
    monkeypatch.setenv("CHROMIUM", str(program(tmp_path, "mine")))
    assert chromium() == tmp_path / "mine"


def test_a_name_that_is_wrong_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another one in its place would surprise."""
    monkeypatch.setenv("CHROMIUM", str(tmp_path / "nothing"))
    with pytest.raises(ChromiumError, match="CHROMIUM names no program"):
        chromium()


def test_the_path_is_looked_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under the names that distributions give it."""
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    made = program(tmp_path, "google-chrome")
    assert chromium() == made


def test_where_there_is_none_a_sentence_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing is installed where there is no apt-get."""
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ChromiumError, match="apt-get install chromium"):
        chromium()
