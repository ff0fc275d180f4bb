"""Connectors as a table, in full, and for programs."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from oauth_connector.kubectl_plugin.connector_view import ConnectorView
from oauth_connector.kubectl_plugin.tables import show_one, show_table

NOW = datetime(2027, 1, 15, 8, 0, tzinfo=UTC)
READY = {
    "type": "Ready",
    "status": "True",
    "reason": "TokenIssued",
    "message": "Secret `crm-token` contains a valid token.",
}
FAILED = {"type": "RefreshFailed", "status": "True", "reason": "ProviderError", "message": "It is asked again"}


def standing(*conditions: dict[str, Any], **status: Any) -> ConnectorView:
    """Return a connector `shop/crm`."""
    return ConnectorView(
        {
            "metadata": {"namespace": "shop", "name": "crm"},
            "spec": {"grantType": "AuthorizationCode"},
            "status": {"conditions": list(conditions), **status},
        }
    )


WHOLE = standing(
    READY,
    FAILED,
    secretRef={"name": "crm-token"},
    grantedScopes=["read", "write"],
    issueTime="2027-01-15T07:30:00Z",
    expirationTime="2027-01-15T08:30:00Z",
    nextRefreshTime="2027-01-15T08:10:00Z",
    refreshTokenExpirationTime="2027-04-15T08:00:00Z",
    redirectURI="https://oauth.example.com/oauth/callback/shop/crm",
    consent={"requestedBy": "alice@corp", "time": "2027-01-12T08:00:00Z", "account": "alice@example.com"},
    lastError={"reason": "ProviderError", "httpStatus": 503, "providerCode": "AADSTS90033"},
    failedAttempts=3,
    lastFailureTime="2027-01-15T07:55:00Z",
    lastHandledRevoke="x",
)


def test_a_table_has_one_line_for_each_connector(capsys: pytest.CaptureFixture[str]) -> None:
    """Columns are aligned, times are relative to now, and nothing is coloured without a terminal."""
    show_table([WHOLE, standing()], NOW, everywhere=True)
    head, first, second = capsys.readouterr().out.splitlines()
    assert head.split() == ["NAMESPACE", "NAME", "READY", "REASON", "GRANT", "EXPIRES", "NEXT", "REFRESH", "MESSAGE"]
    assert "in 30m" in first
    assert "in 10m" in first
    assert "ProviderError" in first
    assert "Unseen" in second
    assert first.index("True") == head.index("READY") == second.index("Unknown")
    assert "\x1b" not in first


REQUIRED = {
    "type": "ConsentRequired",
    "status": "True",
    "reason": "RefreshTokenRejected",
    "message": "Run `kubectl oauth authorize crm`.",
}


@pytest.mark.parametrize("others", [(), (FAILED,)])
def test_a_required_consent_is_shown_beside_a_valid_token(
    others: tuple[dict[str, Any], ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """The token will expire, so the line names the reason and what to do while there is time."""
    show_table([standing(READY, REQUIRED, *others)], NOW, everywhere=True)
    line = capsys.readouterr().out.splitlines()[1]
    assert "True" in line
    assert "RefreshTokenRejected" in line
    assert line.endswith("Run `kubectl oauth authorize crm`.")


def test_a_condition_that_is_false_is_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """The token is valid, and nothing has to be done."""
    show_table([standing(READY, {**REQUIRED, "status": "False"}, {**FAILED, "status": "False"})], NOW, everywhere=True)
    line = capsys.readouterr().out.splitlines()[1]
    assert line.endswith("Secret `crm-token` contains a valid token.")
    assert "Rejected" not in line
    assert "ProviderError" not in line


def test_the_namespace_column_is_hidden_for_one_namespace(capsys: pytest.CaptureFixture[str]) -> None:
    """The user named that namespace."""
    show_table([WHOLE], NOW, everywhere=False)
    assert capsys.readouterr().out.startswith("NAME ")


def test_one_connector_is_printed_with_details(capsys: pytest.CaptureFixture[str]) -> None:
    """Times, consent, what to register, and what went wrong last with the provider's code."""
    show_one(WHOLE, NOW)
    shown = capsys.readouterr().out
    for text in (
        "2027-01-15T08:30:00Z (in 30m)",
        "2027-04-15T08:00:00Z (in 90d)",
        "alice@corp, 2027-01-12T08:00:00Z (3d ago), account alice@example.com",
        "https://oauth.example.com/oauth/callback/shop/crm",
        "ProviderError, HTTP 503, AADSTS90033",
        "3 times in a row, last 5m ago",
        "ProviderError: It is asked again",
        "read write",
        "crm-token",
    ):
        assert text in shown


def test_control_characters_are_not_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """A status may hold anything."""
    account = {"requestedBy": "a\x1b]0;b", "time": "2027-01-12T08:00:00Z", "account": "\x1b[2J"}
    show_one(standing({**READY, "message": "\x1b[31m"}, consent=account), NOW)
    assert "\x1b" not in capsys.readouterr().out


def test_programs_get_all_facts() -> None:
    """Names are those of the API."""
    facts = json.loads(json.dumps(WHOLE.facts()))
    assert facts["ready"] is True
    assert facts["refreshFailed"] == {"reason": "ProviderError", "message": "It is asked again"}
    assert facts["lastError"]["providerCode"] == "AADSTS90033"
    assert facts["lastHandledRevoke"] == "x"
    assert "conditions" not in facts


ODD: dict[str, Any] = {
    "nothing": {},
    "a text for an object": {"secretRef": "x", "consent": "y", "lastError": []},
    "a list for a time": {"expirationTime": [], "failedAttempts": None},
}


@pytest.mark.parametrize("sentence", ODD)
def test_an_invalid_status_does_not_hide_other_connectors(sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The connector is shown, even if a user wrote an invalid status."""
    show_one(standing(**ODD[sentence]), NOW)
    show_table([standing(**ODD[sentence])], NOW, everywhere=True)
    assert "crm" in capsys.readouterr().out
