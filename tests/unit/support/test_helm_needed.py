"""Helm is built before the time of a test begins to run, and only where a test needs it."""

import re
from pathlib import Path
from types import ModuleType

from tests.support import builders, helm, page_commands
from tests.support.helm import is_helm_needed

TESTS = Path(__file__).parents[2]
CALLS = re.compile(r"\b(HelmClient|PageShell|admin_helm)\(")


def a_module(**names: object) -> ModuleType:
    """Return a module with these names."""
    made = ModuleType("test_something")
    vars(made).update(names)
    return made


def test_a_module_that_runs_helm_needs_it() -> None:
    """It has imported what runs Helm: by itself, or as a user who follows a page."""
    assert is_helm_needed([a_module(), a_module(PageShell=page_commands.PageShell)])
    assert is_helm_needed([a_module(admin_helm=helm.admin_helm)])


def test_a_module_that_only_reads_pages_needs_no_helm() -> None:
    """`make unit` builds no program."""
    assert not is_helm_needed([builders, a_module(read_commands=page_commands.read_commands)])


def test_each_module_imports_what_runs_helm_by_its_name() -> None:
    """Under another name it would not be recognised."""
    for path in TESTS.rglob("test_*.py"):
        text = path.read_text(encoding="utf-8")
        for name in CALLS.findall(text):
            assert re.search(rf"^from tests\.support\.\w+ import .*\b{name}\b", text, re.MULTILINE), path
