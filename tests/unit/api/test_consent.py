"""Consents: their reasons, the sentences of these, and the conditions that hold them."""

import re

import pytest

from oauth_connector.api.reason_messages import placeholders
from oauth_connector.api.v1alpha1.consent import ConsentCondition, OAuthConsentStatus
from oauth_connector.api.v1alpha1.consent_reasons import CONSENT_MESSAGES, ConsentReason, format_consent_message
from oauth_connector.api.v1alpha1.status import LONGEST_MESSAGE

FACTS = {"cause", "connector", "host", "minutes", "secret"}


@pytest.mark.parametrize("reason", ConsentReason)
def test_every_reason_has_a_message(reason: ConsentReason) -> None:
    """A reason is a word in PascalCase, and its message contains only facts that every consent has."""
    assert re.fullmatch("[A-Z][A-Za-z]+", reason.value)
    assert placeholders(CONSENT_MESSAGES[reason]) <= FACTS


@pytest.mark.parametrize("reason", ConsentReason)
def test_a_sentence_fits_into_a_condition(reason: ConsentReason) -> None:
    """The length is bounded for names of any length, and the message is complete without facts."""
    long = format_consent_message(reason, dict.fromkeys(FACTS, "x" * 2000))
    assert len(long) <= LONGEST_MESSAGE
    assert "{" not in format_consent_message(reason, {})


def test_a_condition_holds_a_reason_of_consents() -> None:
    """Status is read and written with the reasons of consents, not of connectors."""
    ready = {
        "type": "Ready",
        "status": "Unknown",
        "reason": "AwaitingUser",
        "message": "fine",
        "observedGeneration": 1,
        "lastTransitionTime": "2026-11-24T12:00:00Z",
    }
    status = OAuthConsentStatus.model_validate({"conditions": [ready]})
    assert status.conditions == (ConsentCondition.model_validate(ready),)
    assert status.model_dump(mode="json", by_alias=True, exclude_none=True)["conditions"] == [ready]
