"""Pushed authorization requests: what is sent, and which responses count."""

from urllib.parse import parse_qsl

import pytest
from pydantic import SecretStr

from oauth_connector.oauth.authorization import AuthorizationRequest
from oauth_connector.oauth.client_auth.basic import BasicClient
from oauth_connector.oauth.client_auth.none import PublicClient
from oauth_connector.oauth.client_auth.post import PostClient
from oauth_connector.oauth.pushed_authorization import build_push_request, parse_push_response
from oauth_connector.oauth.request_context import RequestContext
from oauth_connector.oauth.signals import Signal, Symptom
from oauth_connector.oauth.token import HTTPResponse
from tests.support.fake_provider import answer

CONTEXT = RequestContext(0.0)
ENDPOINT = "https://login.example.com/par"
REQUEST = AuthorizationRequest(
    "https://login.example.com/authorize", "crm", "https://connect.example.com/back", "read", "c" * 43
)


def test_the_request_has_the_parameters_of_the_link_and_the_client_authentication() -> None:
    """RFC 9126 §2.1: no parameter twice, also where the client authenticates in the form."""
    pairs = REQUEST.list_parameters("xyz")
    basic = build_push_request(CONTEXT, BasicClient("crm", SecretStr("s3cret")), ENDPOINT, pairs)
    assert parse_qsl(basic.body.decode()) == pairs
    assert dict(basic.headers)["Authorization"].startswith("Basic ")
    posted = build_push_request(CONTEXT, PostClient("crm", SecretStr("s3cret")), ENDPOINT, pairs)
    assert sorted(parse_qsl(posted.body.decode())) == sorted([*pairs, ("client_secret", "s3cret")])
    assert posted.secrets == ("s3cret",)
    public = build_push_request(CONTEXT, PublicClient("crm"), ENDPOINT, pairs)
    assert sorted(parse_qsl(public.body.decode())) == sorted(pairs)


@pytest.mark.parametrize("status", [201, 200])
def test_a_reference_is_read(status: int) -> None:
    """RFC 9126 §2.2 has 201; a reference may be a URN or a URL."""
    uri = "urn:ietf:params:oauth:request_uri:6esc_11ACC5bwc014ltc14eY22c"
    found = parse_push_response(answer(status, request_uri=uri, expires_in=60))
    assert isinstance(found, SecretStr)
    assert found.get_secret_value() == uri


@pytest.mark.parametrize(
    ("response", "symptom", "code"),
    [
        (answer(201), Symptom.NO_TOKEN, None),
        (answer(201, request_uri=1), Symptom.NO_TOKEN, None),
        (answer(201, request_uri="urn:a b"), Symptom.NO_TOKEN, None),
        (answer(201, request_uri="u" * 1025), Symptom.NO_TOKEN, None),
        (answer(400, error="invalid_request"), Symptom.OAUTH_ERROR, "invalid_request"),
        (answer(401, error="invalid_client"), Symptom.OAUTH_ERROR, "invalid_client"),
        (answer(201, error="invalid_request", request_uri="urn:a"), Symptom.OAUTH_ERROR, "invalid_request"),
        (HTTPResponse(503, {}, b""), Symptom.UNAVAILABLE, None),
        (HTTPResponse(404, {"content-type": "text/html"}, b"<html>"), Symptom.NOT_FOUND, None),
    ],
)
def test_other_responses_are_failures(response: HTTPResponse, symptom: Symptom, code: str | None) -> None:
    """Errors are those of the token endpoint (RFC 9126 §2.3)."""
    found = parse_push_response(response)
    assert isinstance(found, Signal)
    assert (found.symptom, found.oauth_error) == (symptom, code)


def test_the_time_to_wait_is_read() -> None:
    """A limit of the server holds (RFC 6585 §4)."""
    found = parse_push_response(HTTPResponse(429, {"retry-after": "120"}, b""))
    assert isinstance(found, Signal)
    assert found.retry_after == 120
