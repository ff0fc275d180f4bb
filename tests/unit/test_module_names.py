"""Pages name modules and functions of the package that exist."""

import importlib
import re
from functools import reduce
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "operator" / "oauth_connector"
GUIDES = "add-*.md"  # they name files that a reader creates
PAGES = [page for page in (ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))) if not page.match(GUIDES)]
FOLDERS = "|".join(sorted(path.name for path in PACKAGE.iterdir() if path.is_dir() and path.name != "__pycache__"))
MODULE = re.compile(rf"`((?:{FOLDERS})/[\w/]*(?:\w\.py)?)`")
CALL = re.compile(r"^(\w+/[\w/]+)\.py +(\w+(?:\.\w+)?)$", re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_each_module_that_a_page_names_exists(page: Path) -> None:
    """A path such as `controller/reconciler.py` or `oauth/grants/` is one of the package."""
    named = MODULE.findall(page.read_text(encoding="utf-8"))
    assert [path for path in named if not (PACKAGE / path).exists()] == []


def test_each_function_of_the_call_stack_exists() -> None:
    """The page that follows one token names the functions that call each other."""
    calls = CALL.findall((ROOT / "docs" / "explanation" / "one-token.md").read_text(encoding="utf-8"))
    assert len(calls) > 5
    for path, name in calls:
        module = importlib.import_module(f"oauth_connector.{path.replace('/', '.')}")
        assert callable(reduce(getattr, name.split("."), module)), name
