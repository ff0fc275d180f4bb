"""Each folder of tests is run by a command of the Makefile."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
OTHER_COMMANDS = {"tests/cluster", "tests/engines", "tests/gitops", "tests/node"}


def test_each_folder_of_tests_is_run_by_a_command() -> None:
    """`make test` runs the folders that pyproject.toml lists, other commands run the others."""
    listed = set(tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pytest"]["ini_options"]["testpaths"])
    existing = {str(path.parent.relative_to(ROOT)) for path in ROOT.glob("tests/*/**/test_*.py")}
    folders = {"/".join(folder.split("/")[:2]) for folder in existing}
    assert folders == listed | OTHER_COMMANDS
    recipe = (ROOT / "Makefile").read_text()
    assert all(folder in recipe for folder in OTHER_COMMANDS)
