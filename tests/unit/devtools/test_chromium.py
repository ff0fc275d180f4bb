"""Chromium is found by name or on the PATH."""

from pathlib import Path

import pytest

from devtools.local.chromium import ChromiumError, chromium


def program(folder: Path, name: str) -> Path:
    """Create an executable file."""
    path = folder / name
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def test_the_named_program_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """CHROMIUM takes precedence over the PATH."""
    monkeypatch.setenv("CHROMIUM", str(program(tmp_path, "mine")))
    assert chromium() == tmp_path / "mine"


def test_a_wrong_name_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No other program is used in its place."""
    monkeypatch.setenv("CHROMIUM", str(tmp_path / "nothing"))
    with pytest.raises(ChromiumError, match="CHROMIUM does not name an executable program"):
        chromium()


def test_the_path_is_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The names of the distributions are searched."""
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    made = program(tmp_path, "google-chrome")
    assert chromium() == made


def test_a_missing_program_is_reported_in_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without apt-get nothing is installed."""
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ChromiumError, match="apt-get install chromium"):
        chromium()
