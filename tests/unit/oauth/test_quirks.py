"""How the responses of providers with a preset differ from the standard, one by one."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oauth_connector.oauth.errors import FailureReason
from oauth_connector.oauth.grants.registry import GrantType
from oauth_connector.oauth.quirks import STANDARD, Quirks
from oauth_connector.oauth.signals import RequestPhase, Signal, Symptom
from oauth_connector.oauth.token import HTTPResponse, Token
from oauth_connector.oauth.token_response import parse_token_response
from oauth_connector.oauth.verdicts import classify
from oauth_connector.providers.registry import PRESETS


def answer(members: Any, status: int = 200) -> HTTPResponse:
    """Return a JSON response."""
    return HTTPResponse(status, {"content-type": "application/json"}, json.dumps(members).encode())


def of(preset: str, members: Any, status: int = 200) -> Token | Signal:
    """Parse a response of a provider with a preset."""
    return parse_token_response(answer(members, status), PRESETS[preset].quirks)


def token_of(preset: str, members: Any) -> Token:
    """Parse a response that must be a token."""
    understood = of(preset, members)
    assert isinstance(understood, Token), understood
    return understood


def signal_of(preset: str, members: Any, status: int = 200) -> Signal:
    """Parse a response that must not be a token."""
    understood = of(preset, members, status)
    assert isinstance(understood, Signal)
    return understood


MEANINGS = {
    "Zoho's invalid code or refresh token, with status 200": ("Zoho", {"error": "invalid_code"}, 200, "invalid_grant"),
    "Zoho's wrong secret": ("Zoho", {"error": "invalid_client_secret"}, 200, "invalid_client"),
    "GitHub's used code, with status 200": (
        "GitHub",
        {"error": "bad_verification_code", "error_description": "The code passed is incorrect or expired."},
        200,
        "invalid_grant",
    ),
    "GitHub's invalid refresh token": ("GitHub", {"error": "bad_refresh_token"}, 200, "invalid_grant"),
    "GitHub's wrong secret": ("GitHub", {"error": "incorrect_client_credentials"}, 200, "invalid_client"),
    "Slack's used code, with ok false": ("Slack", {"ok": False, "error": "code_already_used"}, 200, "invalid_grant"),
    "Slack's invalid refresh token": ("Slack", {"ok": False, "error": "invalid_refresh_token"}, 200, "invalid_grant"),
    "Slack's wrong secret": ("Slack", {"ok": False, "error": "bad_client_secret"}, 200, "invalid_client"),
    "Slack's internal error": ("Slack", {"ok": False, "error": "internal_error"}, 200, "server_error"),
    "Salesforce's deactivated user": ("Salesforce", {"error": "inactive_user"}, 400, "invalid_grant"),
    "Salesforce's wrong client": ("Salesforce", {"error": "invalid_client_id"}, 400, "invalid_client"),
    "Entra's demand for a user": ("MicrosoftEntra", {"error": "interaction_required"}, 400, "invalid_grant"),
    "Google's deleted client": ("Google", {"error": "deleted_client"}, 401, "invalid_client"),
}


@pytest.mark.parametrize(("preset", "members", "status", "meaning"), MEANINGS.values(), ids=MEANINGS)
def test_an_error_code_of_a_provider_is_translated(
    preset: str, members: dict[str, Any], status: int, meaning: str
) -> None:
    """The signal contains the error code of RFC 6749, and the provider's code for diagnosis."""
    signal = signal_of(preset, members, status)
    assert (signal.symptom, signal.oauth_error, signal.provider_code) == (
        Symptom.OAUTH_ERROR,
        meaning,
        members["error"],
    )


def test_without_a_preset_an_error_code_is_unchanged() -> None:
    """The codes of one provider are not used for another."""
    signal = parse_token_response(answer({"error": "invalid_code"}))
    assert isinstance(signal, Signal)
    assert (signal.oauth_error, signal.provider_code) == ("invalid_code", None)


def test_the_error_number_of_microsoft_is_the_provider_code() -> None:
    """The number in the description is more precise than the error code."""
    members = {"error": "interaction_required", "error_description": "AADSTS50076: Due to a configuration change"}
    assert signal_of("MicrosoftEntra", members, 400).provider_code == "AADSTS50076"


LIMITS = {
    "Zoho": ({"error": "Access Denied", "status": "failure"}, 200),
    "Slack": ({"ok": False, "error": "ratelimited"}, 429),
    "Salesforce": ({"error": "rate_limit_exceeded"}, 400),
}


@pytest.mark.parametrize(("preset", "response"), LIMITS.items(), ids=LIMITS)
def test_a_rate_limit_differs_from_a_refusal(preset: str, response: tuple[dict[str, Any], int]) -> None:
    """Each notation of a rate limit has the reason of a rate limit, not that of rejected credentials."""
    failure = classify(GrantType.CLIENT_CREDENTIALS, RequestPhase.TOKEN, signal_of(preset, *response))
    assert failure.reason is FailureReason.RATE_LIMITED


ZOHO = {"access_token": "1000.a.b", "api_domain": "https://www.zohoapis.eu", "token_type": "Bearer"}
LIFETIMES = {
    "seconds": ({"expires_in": 3600}, 3600),
    "milliseconds": ({"expires_in": 3_600_000}, 3600),
    "both, of which the plain one counts": ({"expires_in_sec": 3600, "expires_in": 3_600_000}, 3600),
    "a large number that is no multiple of a second": ({"expires_in": 3_600_001}, 3_600_001),
    "none": ({}, None),
    "nonsense": ({"expires_in_sec": "soon", "expires_in": 60}, 60),
}


@pytest.mark.parametrize(("members", "life"), LIFETIMES.values(), ids=LIFETIMES)
def test_zohos_lifetimes_are_seconds_and_were_milliseconds(members: dict[str, Any], life: int | None) -> None:
    """An hour in seconds and an hour in milliseconds give the same lifetime."""
    assert token_of("Zoho", {**ZOHO, **members}).lifetime == life


def test_a_large_number_of_another_provider_is_a_long_lifetime() -> None:
    """Two months in seconds are not read as milliseconds."""
    assert token_of("Google", {"access_token": "a", "expires_in": 5_184_000}).lifetime == 5_184_000


def test_zohos_domain_of_the_api_can_be_published() -> None:
    """A pod must know which host serves its data center."""
    fields = token_of("Zoho", ZOHO).fields
    assert fields["api_domain"].get_secret_value() == "https://www.zohoapis.eu"


NAMES = st.sampled_from(
    ["access_token", "token_type", "expires_in", "expires_in_sec", "error", "ok", "authed_user", "scope", "issued_at"]
)
BOT = {"ok": True, "access_token": "xoxb-1", "token_type": "bot", "scope": "chat:write,users:read"}
USER = {"id": "U1", "scope": "chat:write", "access_token": "xoxp-1", "token_type": "user"}


def test_slacks_bot_token_is_a_bearer_token() -> None:
    """Its type names the owner of the token, not how it is sent."""
    token = token_of("Slack", {**BOT, "authed_user": {"id": "U1"}})
    assert (token.access_token.get_secret_value(), token.token_type) == ("xoxb-1", "Bearer")
    assert token.scope == ("chat:write", "users:read")
    unknown = parse_token_response(answer(BOT))
    assert isinstance(unknown, Signal)
    assert unknown.symptom is Symptom.UNSUPPORTED_TOKEN_TYPE


def test_slacks_token_of_a_user_is_found() -> None:
    """Without bot scopes there is no top-level token; the user's token has its own refresh token and lifetime."""
    rotating = {**USER, "refresh_token": "xoxe-1", "expires_in": 43200}
    token = token_of("Slack", {"ok": True, "app_id": "A1", "authed_user": rotating})
    assert token.access_token.get_secret_value() == "xoxp-1"
    assert token.refresh_token is not None
    assert (token.refresh_token.get_secret_value(), token.lifetime, token.scope) == ("xoxe-1", 43200, ("chat:write",))


def test_slacks_bot_token_is_preferred() -> None:
    """If both were requested, the top-level token is published."""
    assert token_of("Slack", {**BOT, "authed_user": USER}).access_token.get_secret_value() == "xoxb-1"


def test_slack_without_any_token_has_none() -> None:
    """An object without a token, or something else in its place, is not a token."""
    inners: list[Any] = [{"id": "U1"}, None, "U1", []]
    for inner in inners:
        assert signal_of("Slack", {"ok": True, "authed_user": inner}).symptom is Symptom.NO_TOKEN


def test_githubs_form_is_read_with_its_commas() -> None:
    """Without an Accept header GitHub sends a form; the token of an app has a refresh token."""
    form = {"access_token": "ghu_1", "expires_in": "28800", "refresh_token": "ghr_1", "scope": "repo,gist"}
    body = urlencode({**form, "token_type": "bearer"}).encode()
    token = parse_token_response(
        HTTPResponse(200, {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}, body),
        PRESETS["GitHub"].quirks,
    )
    assert isinstance(token, Token)
    assert (token.scope, token.lifetime, token.refresh_token is not None) == (("repo", "gist"), 28800, True)


def test_githubs_form_can_contain_an_error() -> None:
    """The error is recognized although the status is 200."""
    body = b"error=bad_verification_code&error_description=The+code+passed+is+incorrect+or+expired."
    response = HTTPResponse(200, {"content-type": "application/x-www-form-urlencoded"}, body)
    signal = parse_token_response(response, PRESETS["GitHub"].quirks)
    assert isinstance(signal, Signal)
    assert signal.oauth_error == "invalid_grant"


def test_salesforce_sends_no_lifetime_and_an_instance() -> None:
    """There is no `expires_in`; the time of issue, a text in milliseconds, is not read as a lifetime."""
    sent = {"access_token": "00D!a", "instance_url": "https://acme.my.salesforce.com", "issued_at": "1700000000000"}
    token = token_of("Salesforce", {**sent, "token_type": "Bearer", "signature": "x="})
    assert token.lifetime is None
    assert token.fields["instance_url"].get_secret_value() == "https://acme.my.salesforce.com"


def test_further_members_of_keycloak_are_ignored() -> None:
    """A zero beside the lifetime of the token marks a refresh token that never expires."""
    sent = {"expires_in": 300, "refresh_expires_in": 0, "refresh_token": "r", "not-before-policy": 0, "scope": "email"}
    token = token_of("Keycloak", {"access_token": "a", "token_type": "Bearer", "session_state": "s", **sent})
    assert (token.lifetime, token.refresh_token is not None) == (300, True)


def test_no_token_of_a_nested_response_is_in_its_representation() -> None:
    """A parsed response may be printed by mistake."""
    assert "xoxp-1" not in repr(of("Slack", {"ok": True, "authed_user": USER}))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=6,
)


@given(st.sampled_from(list(PRESETS)), st.dictionaries(NAMES, VALUES), st.integers(100, 599))
def test_no_response_raises_an_error(preset: str, members: dict[str, Any], status: int) -> None:
    """Any object with any status gives a token or a signal, with every preset."""
    assert isinstance(of(preset, members, status), Token | Signal)


def test_the_standard_has_no_quirks() -> None:
    """Without a preset a response is parsed as RFC 6749 defines it."""
    assert Quirks() == STANDARD
