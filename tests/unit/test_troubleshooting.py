"""The page of troubleshooting has every reason, with the sentences that a condition has."""

import re
from pathlib import Path

import pytest

from oauth_connector.api.connection_messages import CONNECTION_MESSAGES
from oauth_connector.api.reason_messages import CREDENTIAL_MESSAGES
from oauth_connector.api.reasons import DETAILED_MESSAGES, MESSAGES, Reason
from oauth_connector.oauth.verdict_tables import SYMPTOMS

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "troubleshoot.md").read_text(encoding="utf-8")
FAMILIES = (
    "Redirect URI",
    "Client id or secret",
    "Token not working, or wrong URL",
    "Scopes",
    "User credentials",
    "TLS",
    "Repeated failures",
)
ROW = re.compile(r"^\| \[(\w+)\]\(\.\./reference/reasons\.md#\w+\) \| (.+) \|$", re.MULTILINE)


def list_sentences(reason: Reason) -> set[str]:
    """Return the templates of a reason."""
    of_connection = {text for symptom, text in CONNECTION_MESSAGES.items() if SYMPTOMS[symptom].reason.value == reason}
    detailed = {each[reason] for each in (DETAILED_MESSAGES, *CREDENTIAL_MESSAGES) if reason in each}
    return {MESSAGES[reason]} | detailed | of_connection


@pytest.mark.parametrize("reason", Reason)
def test_the_page_has_the_sentences_of_each_reason(reason: Reason) -> None:
    """A user who searches for a message of a condition finds it."""
    assert {text for name, text in ROW.findall(PAGE) if name == reason.value} == list_sentences(reason)


@pytest.mark.parametrize("family", FAMILIES)
def test_each_family_has_a_symptom_a_cause_and_a_cure(family: str) -> None:
    """In this order, and its reasons follow."""
    section = PAGE.split(f"\n## {family}\n")[1].split("\n## ")[0]
    parts = [section.index(f"**{part}.**") for part in ("Symptom", "Cause", "Cure")]
    assert parts == sorted(parts)
    assert len(ROW.findall(section)) >= 2
