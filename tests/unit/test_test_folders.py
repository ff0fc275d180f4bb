"""Each folder of tests is run by `make test` or `make cluster`."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
WITH_A_NODE = {"tests/cluster", "tests/node"}


def test_each_folder_of_tests_is_run_by_a_command() -> None:
    """`make test` runs the folders that pyproject.toml lists, `make cluster` the others."""
    listed = set(tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pytest"]["ini_options"]["testpaths"])
    existing = {str(path.parent.relative_to(ROOT)) for path in ROOT.glob("tests/*/**/test_*.py")}
    folders = {"/".join(folder.split("/")[:2]) for folder in existing}
    assert folders == listed | WITH_A_NODE
    recipe = (ROOT / "Makefile").read_text()
    assert all(folder in recipe for folder in WITH_A_NODE)
