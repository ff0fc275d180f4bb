"""The redirect of the provider: the flow to which it belongs, and the message for each error."""

from typing import Any
from urllib.parse import urlencode

import pytest

from oauth_connector.consent_protocol.authorization_errors import AUTHORIZATION_ERRORS
from oauth_connector.kubectl_plugin.errors import CommandFailed
from oauth_connector.kubectl_plugin.expected_redirect import FLAWS, ExpectedRedirect, UnexpectedRedirect
from oauth_connector.oauth.authorization import RedirectFlaw
from tests.support.consent_requests import LOOPBACK_URI, a_consent_request

STATE = "s" * 43


def expected(**changes: Any) -> ExpectedRedirect:
    """Return what a redirect is known by."""
    return ExpectedRedirect(a_consent_request(**changes), STATE)


def query(*more: tuple[str, str], **members: str) -> str:
    """Return a query with the right state."""
    return urlencode([("state", STATE), *members.items(), *more])


def test_a_code_is_returned_with_the_requested_parameters() -> None:
    """Others are left alone."""
    granted = expected(callback_parameters=("accounts-server",)).parse_query(
        query(("accounts-server", "https://accounts.zoho.eu"), code="abc", session_state="x")
    )
    assert granted.code.get_secret_value() == "abc"
    assert granted.extra == {"accounts-server": "https://accounts.zoho.eu"}


UNEXPECTED = {
    "no state": "code=abc",
    "another state": "code=abc&state=other",
    "an empty state": "code=abc&state=",
    "the state twice": f"code=abc&state={STATE}&state={STATE}",
    "a state beyond ASCII": "code=abc&state=%C3%A4",
    "a state that is no UTF-8": "code=abc&state=\udce4",  # of the fuzz tests: as Python reads other bytes of a terminal
    "too many parameters": f"state={STATE}&" + "&".join(f"a{n}=1" for n in range(100)),
}


@pytest.mark.parametrize("sentence", UNEXPECTED)
def test_a_response_of_another_flow_is_ignored(sentence: str) -> None:
    """The flow neither succeeds nor fails, but continues."""
    with pytest.raises(UnexpectedRedirect):
        expected().parse_query(UNEXPECTED[sentence])


FLAWED = {
    RedirectFlaw.DUPLICATE_PARAMETER: query(("code", "b"), code="a"),
    RedirectFlaw.TOO_LONG: query(code="a" * 5000),
    RedirectFlaw.CODE_AND_ERROR: query(code="a", error="access_denied"),
    RedirectFlaw.NEITHER: query(),
    RedirectFlaw.ISSUER_MISMATCH: query(code="a", iss="https://evil.example.com"),
    RedirectFlaw.ISSUER_MISSING: query(code="a"),
}


@pytest.mark.parametrize("flaw", RedirectFlaw)
def test_each_flaw_is_reported(flaw: RedirectFlaw) -> None:
    """Each has a sentence of its own."""
    known = {"issuer": "https://login.example.com", "iss_required": flaw is RedirectFlaw.ISSUER_MISSING}
    with pytest.raises(CommandFailed) as raised:
        expected(**known).parse_query(FLAWED[flaw])
    assert str(raised.value) == FLAWS[flaw]


@pytest.mark.parametrize("error", AUTHORIZATION_ERRORS)
def test_each_standard_error_is_explained(error: str) -> None:
    """The message names it, and says what to do."""
    with pytest.raises(CommandFailed, match=f"The provider returned the error {error}"):
        expected().parse_query(query(error=error))


def test_an_unknown_error_is_reported_with_its_code() -> None:
    """Its code has the protocol's form; its description is not repeated."""
    with pytest.raises(CommandFailed, match="the error org_internal") as raised:
        expected().parse_query(query(error="org_internal", error_description="click here"))
    assert "click" not in str(raised.value)


def test_a_pasted_address_is_checked_like_a_redirect() -> None:
    """A fragment that a provider adds does not matter."""
    granted = expected().parse_pasted(f"{LOOPBACK_URI}?{query(code='abc')}#_=_")
    assert granted.code.get_secret_value() == "abc"


PASTED = {
    "another host": f"http://localhost:8765/oauth/callback/shop/crm?{query(code='a')}",
    "another path": f"{LOOPBACK_URI}x?{query(code='a')}",
    "another state": f"{LOOPBACK_URI}?code=a&state=b",
    "the link itself": "https://login.example.com/authorize?response_type=code",
    "nothing": "",
    "two words": "a code",
    "letters beyond ASCII": "cödé",
    "a code longer than any": "a" * 5000,
    "half of an address": "https://[",  # of the fuzz tests
}


@pytest.mark.parametrize("sentence", PASTED)
def test_invalid_pasted_text_can_be_entered_again(sentence: str) -> None:
    """The flow continues."""
    with pytest.raises(UnexpectedRedirect):
        expected().parse_pasted(PASTED[sentence])


def test_a_pasted_code_is_accepted_unless_iss_is_required() -> None:
    """A code alone does not show its issuer (RFC 9207)."""
    assert expected().parse_pasted("1000.abc").code.get_secret_value() == "1000.abc"
    with pytest.raises(UnexpectedRedirect, match="whole address"):
        expected(issuer="https://login.example.com", iss_required=True).parse_pasted("1000.abc")
