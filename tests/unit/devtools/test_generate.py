"""What is generated from the models is in the repository, and is what the models say."""

from pathlib import Path

import pytest
import yaml

from devtools.generate import generated_files
from oauth_connector.api.schema.crd import crd


@pytest.mark.parametrize("path", generated_files.GENERATED, ids=lambda path: path.name)
def test_a_generated_file_is_fresh(path: Path) -> None:
    """A field that is added or described anew is so in every file: `make generate` writes them."""
    assert path.read_text(encoding="utf-8") == generated_files.GENERATED[path]()


def test_the_definition_survives_yaml() -> None:
    """What is written as YAML is read back as the same definition, `None` and `True` as texts."""
    assert yaml.safe_load(generated_files.crd_yaml()) == crd()


def test_a_fresh_repository_passes(capsys: pytest.CaptureFixture[str]) -> None:
    """`--check` says nothing where nothing is stale."""
    assert generated_files.main(["--check"]) == 0
    assert capsys.readouterr().out == ""


def test_a_stale_file_is_told_and_left(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--check` names what is stale, says what to run, and writes nothing."""
    page = tmp_path / "page.md"
    page.write_text("old")
    assert generated_files.freshen({page: lambda: "new"}, check=True) == 1
    assert "stale: " in (said := capsys.readouterr().out)
    assert "make generate" in said
    assert page.read_text() == "old"


def test_a_stale_file_is_written(tmp_path: Path) -> None:
    """Without `--check`, what is stale or missing is written, folders too."""
    page = tmp_path / "new" / "page.md"
    assert generated_files.freshen({page: lambda: "näw"}, check=False) == 0
    assert page.read_text(encoding="utf-8") == "näw"
