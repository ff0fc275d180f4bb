"""Reasons, their messages and their explanations."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oauth_connector.api.connection_messages import CONNECTION_MESSAGES
from oauth_connector.api.explanations import EXPLANATIONS
from oauth_connector.api.reason_messages import CREDENTIAL_MESSAGES, format_reason_message, placeholders
from oauth_connector.api.reasons import DETAILED_MESSAGES, MESSAGES, Reason
from oauth_connector.api.v1alpha1.status import LONGEST_MESSAGE
from oauth_connector.oauth.errors import FailureReason
from oauth_connector.oauth.signals import Symptom
from oauth_connector.oauth.verdict_tables import SYMPTOMS

FACTS = {
    "client",
    "until",
    "refused_form",
    "cause", "configmap", "connector", "credential", "cure", "field", "grant", "holder", "host", "key", "present_keys",
    "scopes", "secret", "namespace", "again", "offline", "loopback", "state", "lifetime", "margin", "before", "days",
    "refused_with", "refused_grant", "oddity", "instead", "code", "code_meaning", "not_repeated", "salvaged",
    "source", "presented", "label", "accept", "account", "audience", "operator_audience",
    "absent", "named_in",
}  # fmt: skip
MAX_EVENT_NOTE_LENGTH = 1024


def test_every_failure_is_a_reason() -> None:
    """Status can report every failure of a provider under the same name."""
    assert {reason.value for reason in FailureReason} <= {reason.value for reason in Reason}


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_message_and_an_explanation(reason: Reason) -> None:
    """A reason is a word in PascalCase; its meaning and the action to take are documented."""
    assert re.fullmatch("[A-Z][A-Za-z]+", reason.value)
    assert placeholders(MESSAGES[reason]) | placeholders(DETAILED_MESSAGES.get(reason, "")) <= FACTS
    assert all(placeholders(each.get(reason, "")) <= FACTS for each in CREDENTIAL_MESSAGES)
    assert EXPLANATIONS[reason].meaning
    assert EXPLANATIONS[reason].cure


@pytest.mark.parametrize("reason", Reason)
def test_an_unknown_fact_is_rendered_as_a_dash(reason: Reason) -> None:
    """A message without any fact is still complete."""
    message = format_reason_message(reason, {})
    assert "{" not in message
    assert ("–" in message) == bool(placeholders(MESSAGES[reason]))


def test_a_missing_key_is_reported_with_what_the_secret_has() -> None:
    """The message shows a key that differs in spelling, so that a wrong name is easy to see."""
    facts = {"credential": "sf", "key": "client-secret", "present_keys": "it has `client_secret`"}
    assert format_reason_message(Reason.CREDENTIALS_NOT_FOUND, facts) == (
        "Secret `sf` has no key `client-secret` (it has `client_secret`). Add the key, or name another key in the spec."
    )


def test_a_missing_secret_is_reported_as_missing() -> None:
    """Without the keys of the Secret, the message reports that the Secret does not exist."""
    message = format_reason_message(Reason.CREDENTIALS_NOT_FOUND, {"credential": "sf", "key": "client-secret"})
    assert message == "Secret `sf` does not exist in this namespace. Create it with key `client-secret`."


def test_an_empty_fact_counts_as_unknown() -> None:
    """A Secret without a known owner gets the general message."""
    facts = {"secret": "crm-token", "connector": "crm", "holder": ""}
    general = format_reason_message(Reason.SECRET_CONFLICT, facts)
    assert "annotate it with `oauthconnector.dev/adopt=crm`" in general
    detailed = format_reason_message(Reason.SECRET_CONFLICT, {**facts, "holder": "erp"})
    assert "owned by connector `erp`" in detailed


@given(st.sampled_from(Reason), st.dictionaries(st.sampled_from(sorted(FACTS)), st.text(max_size=2000)))
def test_a_message_fits_into_a_condition_and_an_event(reason: Reason, facts: dict[str, str]) -> None:
    """The length is bounded for facts of any length, and braces in facts are plain characters."""
    assert len(format_reason_message(reason, facts)) <= min(LONGEST_MESSAGE, MAX_EVENT_NOTE_LENGTH)


@pytest.mark.parametrize("symptom", CONNECTION_MESSAGES)
def test_the_sentence_of_a_symptom_replaces_that_of_its_reason(symptom: Symptom) -> None:
    """It says more than the reason, and needs no fact but the host."""
    facts = {"host": "login.example.com", "symptom": symptom.value}
    message = format_reason_message(Reason(SYMPTOMS[symptom].reason.value), facts)
    assert message == CONNECTION_MESSAGES[symptom].format(host="login.example.com")
    assert message != MESSAGES[Reason(SYMPTOMS[symptom].reason.value)].format(host="login.example.com")


def test_equal_facts_give_equal_messages() -> None:
    """A message depends on its facts alone, so that an unchanged state causes no write of status."""
    facts = {"host": "login.example.com"}
    assert format_reason_message(Reason.PROVIDER_ERROR, facts) == format_reason_message(
        Reason.PROVIDER_ERROR, dict(facts)
    )
