"""The guides about installation agree with the policies, and with how Helm keeps values."""

import re
from pathlib import Path

import pytest

from tests.support.page_commands import PAGES, ROOT
from tests.support.yaml_documents import read_documents

POLICIES = ROOT / "deploy" / "kustomize" / "base" / "policies.yaml"
WITHOUT_NEW_DEFAULTS = re.compile(r"(?<!-)--reuse-values")
"""With this option a value that a newer chart has added is null."""


def test_the_page_names_each_field_of_the_output_for_which_a_policy_asks() -> None:
    """Who chooses one of them must be allowed to create the output Secret."""
    policies = read_documents(POLICIES.read_text(encoding="utf-8"))
    (policy,) = (
        each
        for each in policies
        if each["metadata"]["name"] == "oauth-connector-output" and "matchConditions" in each["spec"]
    )
    asked = re.findall(r"object\.spec\.\?output\.\?(\w+)\.hasValue", policy["spec"]["matchConditions"][0]["expression"])
    (row,) = re.findall(
        r"^\| set (.*?) \| `create` the output Secret \|$", (PAGES / "install.md").read_text("utf-8"), re.MULTILINE
    )
    assert asked
    assert re.findall(r"`output\.(\w+)`", row) == asked


@pytest.mark.parametrize("page", sorted(PAGES.glob("*.md")), ids=lambda page: page.name)
def test_no_page_keeps_values_without_the_defaults_of_a_newer_chart(page: Path) -> None:
    """A command that changes one value also works with the chart of a later version."""
    assert WITHOUT_NEW_DEFAULTS.findall(page.read_text(encoding="utf-8")) == []
