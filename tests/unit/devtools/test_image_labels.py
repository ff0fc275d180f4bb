"""The labels of the image, and the choice of a builder."""

import subprocess
from pathlib import Path

import pytest

from devtools.image.containers import choose
from devtools.image.errors import ImageError
from devtools.image.labels import Source, image_name, labels, read_source

PROJECT = '[project]\nname = "one"\nversion = "1.0"\ndescription = "What it does."\nlicense = "Apache-2.0"\n'


def _git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=a", "-c", "user.email=a@b.example"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)  # noqa: S603, S607  # git


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a repository with one commit, and no variables that name another one."""
    for name in ("REVISION", "SOURCE", "SOURCE_DATE_EPOCH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2026-01-02T03:04:05Z")
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    _git(tmp_path, "init")
    _git(tmp_path, "add", ".")
    _git(tmp_path, "commit", "--message=one")
    return tmp_path


def test_the_source_is_the_commit(checkout: Path) -> None:
    """Revision and time are those of the commit, whose address is unknown without a remote repository."""
    source = read_source(checkout)
    assert len(source.revision) == len("0" * 40)
    assert source.created == "2026-01-02T03:04:05Z"
    assert source.address == ""


def test_uncommitted_changes_are_marked(checkout: Path) -> None:
    """An image that is not of a commit does not name one as if it were."""
    (checkout / "pyproject.toml").write_text(f"{PROJECT}\n")
    assert read_source(checkout).revision.endswith("-dirty")


def test_credentials_in_an_address_are_removed(checkout: Path) -> None:
    """A label never has the token that a remote repository is read with."""
    _git(checkout, "remote", "add", "origin", "https://robot:token@git.example/one.git")
    assert read_source(checkout).address == "https://git.example/one.git"


def test_a_local_remote_is_no_address(checkout: Path) -> None:
    """A path of this machine is not written to a label."""
    _git(checkout, "remote", "add", "origin", "/srv/one.git")
    assert read_source(checkout).address == ""


def test_variables_name_the_source_in_a_container(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The Dockerfile has no repository, so its arguments say what git would."""
    monkeypatch.setenv("REVISION", "abc")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert read_source(checkout) == Source("abc", 86400, "")


def test_labels_without_a_value_are_absent(checkout: Path) -> None:
    """Sources without a repository have no revision."""
    found = labels(checkout, Source())
    assert found["org.opencontainers.image.version"] == "1.0"
    assert "org.opencontainers.image.revision" not in found
    assert image_name(checkout) == "oauth-connector-operator:1.0"


def test_an_unknown_builder_is_an_error() -> None:
    """The message names those that exist."""
    with pytest.raises(ImageError, match="auto, docker, buildah, debian"):
        choose("kaniko")
