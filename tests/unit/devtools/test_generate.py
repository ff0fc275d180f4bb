"""The generated files in the repository are up to date."""

from pathlib import Path

import pytest

from devtools.generate import generated_files
from oauth_connector.api.schema.crd import build_crd
from tests.support.yaml_documents import read_yaml


@pytest.mark.parametrize("path", generated_files.GENERATED, ids=lambda path: path.name)
def test_a_generated_file_is_up_to_date(path: Path) -> None:
    """`make generate` writes a changed field to every file."""
    assert path.read_text(encoding="utf-8") == generated_files.GENERATED[path]()


def test_the_definition_is_the_same_after_yaml() -> None:
    """The YAML is read back as the same definition, with `None` and `True` as texts."""
    assert read_yaml(generated_files.crd_yaml()) == build_crd()


def test_an_up_to_date_repository_passes(capsys: pytest.CaptureFixture[str]) -> None:
    """`--check` prints nothing if no file is stale."""
    assert generated_files.main(["--check"]) == 0
    assert capsys.readouterr().out == ""


def test_a_stale_file_is_reported_and_not_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--check` names the stale file and the command to run, and writes nothing."""
    page = tmp_path / "page.md"
    page.write_text("old")
    assert generated_files.freshen({page: lambda: "new"}, check=True) == 1
    assert "stale: " in (said := capsys.readouterr().out)
    assert "make generate" in said
    assert page.read_text() == "old"


def test_a_stale_file_is_written(tmp_path: Path) -> None:
    """Without `--check`, stale and missing files are written, with their folders."""
    page = tmp_path / "new" / "page.md"
    assert generated_files.freshen({page: lambda: "näw"}, check=False) == 0
    assert page.read_text(encoding="utf-8") == "näw"
