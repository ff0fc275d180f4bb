"""The page about permissions explains each rule of each Role in the manifests, and no other."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.support.yaml_documents import read_documents, read_yaml

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "permissions.md"
RENDERED = sorted((ROOT / "deploy" / "kustomize").glob("*/*.yaml"))
DRAIN = ROOT / "deploy" / "charts" / "oauth-connector-operator" / "templates" / "operator" / "drain.yaml"

TOKENS = DRAIN.with_name("service-account-tokens.yaml")

Line = tuple[str, str, str]


def _join(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def to_line(rule: dict[str, Any]) -> Line:
    """Return a rule as the first three cells of its line."""
    (group,) = rule["apiGroups"]
    names = rule.get("resourceNames")
    resources = _join(rule["resources"]) + (f": {_join(names)}" if names else "")
    return f"`{group}`" if group else "core", resources, _join(rule["verbs"])


def read_roles() -> list[tuple[str, dict[str, Any]]]:
    """Return name and object of each Role and ClusterRole; those that are not always there are read from templates."""
    text = [path.read_text(encoding="utf-8") for path in RENDERED]
    template = re.sub(r"\{\{-? include \"oauthConnector\.name\" .*?\}\}", "oauth-connector", DRAIN.read_text("utf-8"))
    rules = re.search(r"^kind: Role\n.*?^(rules:\n.*?)^---$", template, re.MULTILINE | re.DOTALL)
    tokens = re.search(r"^(rules:\n.*?)^---$", TOKENS.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert rules is not None
    assert tokens is not None
    objects = [each for one in text for each in read_documents(one) if each]
    roles = [(each["metadata"]["name"], each) for each in objects if each.get("kind") in {"Role", "ClusterRole"}]
    optional = {"oauth-connector-drain": rules[1], "oauth-connector-tokens": tokens[1]}
    return [*roles, *((name, read_yaml(text)) for name, text in optional.items())]


def explained(role: str) -> dict[Line, str]:
    """Return the lines of the page about a role, each with its reason."""
    sections = PAGE.read_text(encoding="utf-8").split("\n## ")
    (section,) = [each for each in sections if each.startswith(f"`{role}`\n")]
    cells = [
        [cell.strip() for cell in row.strip("|").split("|")]
        for row in re.findall(r"^\| [`c].*\|$", section, re.MULTILINE)
    ]
    return {(group, resources, verbs): why for group, resources, verbs, why in cells}


ROLES = read_roles()


@pytest.mark.parametrize(("name", "role"), ROLES, ids=[f"{role.get('kind', 'Role')}-{name}" for name, role in ROLES])
def test_each_rule_of_a_role_is_explained(name: str, role: dict[str, Any]) -> None:
    """A rule that is added to the chart needs a line with its reason."""
    lines = explained(name)
    assert [rule for rule in map(to_line, role["rules"]) if not lines.get(rule)] == []


@pytest.mark.parametrize("name", dict(ROLES))
def test_each_line_is_a_rule(name: str) -> None:
    """A rule that is removed from the chart is removed from the page."""
    rules = {to_line(rule) for role, each in ROLES if role == name for rule in each["rules"]}
    assert set(explained(name)) == rules


def test_each_role_of_the_page_exists() -> None:
    """The page has no section about a role that is not installed."""
    sections = re.findall(r"^## `(.*)`$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(sections) == sorted(dict(ROLES))
