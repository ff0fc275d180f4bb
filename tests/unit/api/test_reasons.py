"""Reasons and their sentences."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oauth_connector.api.explanations import EXPLANATIONS
from oauth_connector.api.reasons import FULLER, SENTENCES, Reason, placeholders, sentence
from oauth_connector.api.v1alpha1.status import LONGEST_MESSAGE
from oauth_connector.oauth.errors import FailureReason

FACTS = {
    "cause", "configmap", "connector", "credential", "cure", "field", "grant", "holder", "host", "key", "present_keys",
    "scopes", "secret", "namespace", "again", "offline", "loopback", "state",
}  # fmt: skip
AN_EVENT_S_NOTE = 1024


def test_every_failure_is_a_reason() -> None:
    """Whatever goes wrong at a provider can be told in status under the same name."""
    assert {reason.value for reason in FailureReason} <= {reason.value for reason in Reason}


@pytest.mark.parametrize("reason", Reason)
def test_a_reason_is_one_word_with_a_sentence_and_an_explanation(reason: Reason) -> None:
    """A reason is a word in PascalCase; what it means and what to do is written down."""
    assert re.fullmatch("[A-Z][A-Za-z]+", reason.value)
    assert placeholders(SENTENCES[reason]) | placeholders(FULLER.get(reason, "")) <= FACTS
    assert EXPLANATIONS[reason].meaning
    assert EXPLANATIONS[reason].cure


@pytest.mark.parametrize("reason", Reason)
def test_a_missing_fact_shows_as_a_dash(reason: Reason) -> None:
    """A sentence that knows nothing is still a sentence."""
    told = sentence(reason, {})
    assert "{" not in told
    assert ("–" in told) == bool(placeholders(SENTENCES[reason]))


def test_a_missing_key_is_told_with_the_keys_that_are_there() -> None:
    """The most common mistake is told so that it can be seen."""
    facts = {"credential": "sf", "key": "client-secret", "present_keys": "`client_secret`"}
    assert sentence(Reason.CREDENTIALS_NOT_FOUND, facts) == (
        "Secret `sf` has no key `client-secret`; it has `client_secret`: add the key, or name another in the spec"
    )


def test_a_missing_secret_is_told_as_one() -> None:
    """Without keys to show, it is the Secret that is missing."""
    told = sentence(Reason.CREDENTIALS_NOT_FOUND, {"credential": "sf", "key": "client-secret"})
    assert told == "Secret `sf` is not in this namespace: create it, with key `client-secret`"


def test_an_empty_fact_is_an_unknown_one() -> None:
    """A Secret that nobody is known to hold is told as a stranger's."""
    facts = {"secret": "crm-token", "connector": "crm", "holder": ""}
    assert "annotate it with oauthconnector.dev/adopt=crm" in sentence(Reason.SECRET_CONFLICT, facts)
    assert "belongs to connector `erp`" in sentence(Reason.SECRET_CONFLICT, {**facts, "holder": "erp"})


@given(st.sampled_from(Reason), st.dictionaries(st.sampled_from(sorted(FACTS)), st.text(max_size=2000)))
def test_a_sentence_fits_wherever_it_is_shown(reason: Reason, facts: dict[str, str]) -> None:
    """However long the facts are, the sentence fits into a condition and an Event, and braces in them are text."""
    assert len(sentence(reason, facts)) <= min(LONGEST_MESSAGE, AN_EVENT_S_NOTE)


def test_the_same_situation_is_told_in_the_same_words() -> None:
    """A sentence depends on its facts alone: nothing in it changes from pass to pass."""
    facts = {"host": "login.example.com"}
    assert sentence(Reason.PROVIDER_ERROR, facts) == sentence(Reason.PROVIDER_ERROR, dict(facts))
