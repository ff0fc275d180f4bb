"""What is generated from the models is in the repository, and is what the models say."""

from pathlib import Path

import pytest
import yaml

from devtools import generate
from oauth_connector.api.schema.crd import crd


@pytest.mark.parametrize("path", generate.GENERATED, ids=lambda path: path.name)
def test_a_generated_file_is_fresh(path: Path) -> None:
    """A field that is added or described anew is so in every file: `make generate` writes them."""
    assert path.read_text(encoding="utf-8") == generate.GENERATED[path]()


def test_the_definition_survives_yaml() -> None:
    """What is written as YAML is read back as the same definition, `None` and `True` as texts."""
    assert yaml.safe_load(generate.crd_yaml()) == crd()


def test_a_fresh_repository_passes(capsys: pytest.CaptureFixture[str]) -> None:
    """`--check` says nothing where nothing is stale."""
    assert generate.main(["--check"]) == 0
    assert capsys.readouterr().out == ""


def test_a_stale_file_is_told_and_left(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--check` names what is stale, says what to run, and writes nothing."""
    page = tmp_path / "page.md"
    page.write_text("old")
    assert generate.freshen({page: lambda: "new"}, check=True) == 1
    assert "stale: " in (said := capsys.readouterr().out)
    assert "make generate" in said
    assert page.read_text() == "old"


def test_a_stale_file_is_written(tmp_path: Path) -> None:
    """Without `--check`, what is stale or missing is written, folders too."""
    page = tmp_path / "new" / "page.md"
    assert generate.freshen({page: lambda: "näw"}, check=False) == 0
    assert page.read_text(encoding="utf-8") == "näw"
