"""Token responses without a token: each has a symptom, and what is kept of an error."""

import json

import pytest

from oauth_connector.oauth.salvage import LONGEST_TOKEN
from oauth_connector.oauth.signals import Signal, Symptom
from oauth_connector.oauth.token import HTTPResponse
from oauth_connector.oauth.token_response import parse_token_response

JSON = {"content-type": "application/json"}
TOKEN = {"access_token": "abc", "token_type": "Bearer", "expires_in": 3600}


def answer(body: object, status: int = 200, **headers: str) -> HTTPResponse:
    """Return a response; every body except bytes is sent as JSON."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return HTTPResponse(status, {**JSON, **{k.replace("_", "-"): v for k, v in headers.items()}}, raw)


def symptom(body: object, status: int = 200, **headers: str) -> Symptom:
    """Parse a response that must not be a token, and return its symptom."""
    understood = parse_token_response(answer(body, status, **headers))
    assert isinstance(understood, Signal), understood
    return understood.symptom


TROUBLES: dict[str, tuple[object, int, Symptom]] = {
    "an error of RFC 6749": ({"error": "invalid_client"}, 401, Symptom.OAUTH_ERROR),
    "an error with status 200": ({"error": "bad_verification_code"}, 200, Symptom.OAUTH_ERROR),
    "an error beside a token": ({**TOKEN, "error": "x"}, 200, Symptom.OAUTH_ERROR),
    "an error that is an object": ({"error": {"code": 190, "type": "OAuthException"}}, 400, Symptom.OAUTH_ERROR),
    "Slack's ok: false": ({"ok": False}, 200, Symptom.OAUTH_ERROR),
    "Fitbit's list of errors": ({"errors": [{"errorType": "invalid_client"}]}, 401, Symptom.OAUTH_ERROR),
    "Zoho's throttle with status 200": ({"error": "Access Denied"}, 200, Symptom.RATE_LIMITED),
    "429 with an error": ({"error": "slow_down"}, 429, Symptom.RATE_LIMITED),
    "429 without anything": (b"", 429, Symptom.RATE_LIMITED),
    "503": (b"<html>", 503, Symptom.UNAVAILABLE),
    "500 with a page": (b"<html>", 500, Symptom.SERVER_ERROR),
    "502 with nothing": (b"", 502, Symptom.SERVER_ERROR),
    "401 with nothing": (b"", 401, Symptom.EMPTY),
    "401 with a page": (b"<html>", 401, Symptom.UNAUTHORIZED),
    "401 with JSON that is no error, which is not a token": ({"message": "Unauthorized"}, 401, Symptom.UNAUTHORIZED),
    "404": (b"<html>", 404, Symptom.NOT_FOUND),
    "405": ({}, 405, Symptom.NOT_FOUND),
    "418": ({}, 418, Symptom.CLIENT_ERROR),
    "a redirect": (b"", 302, Symptom.REDIRECT),
    "a redirect that keeps the method": (b"", 307, Symptom.REDIRECT),
    "a page with status 200": (b"<!DOCTYPE html><p>Sign in", 200, Symptom.HTML),
    "nothing with status 200": (b"", 200, Symptom.EMPTY),
    "white space": (b" \n", 200, Symptom.EMPTY),
    "text": (b"OK", 200, Symptom.NOT_JSON),
    "half of an object": (b'{"access_token": "a', 200, Symptom.NOT_JSON),
    "a list": (b"[1]", 200, Symptom.NOT_JSON),
    "a text in JSON": (b'"token"', 200, Symptom.NOT_JSON),
    "a token that is not UTF-8": (b'{"access_token": "\xe9"}', 200, Symptom.UNPRINTABLE_TOKEN),
    "very deep": (b'{"a":' * 50_000, 200, Symptom.NOT_JSON),
    "two objects in a list": ([TOKEN, TOKEN], 200, Symptom.NOT_JSON),
    "one object after another": (b'{"access_token":"a"}{"access_token":"b"}', 200, Symptom.DUPLICATE_KEY),
    "a token, and then an error": (b'{"access_token":"a"} {"error":"server_error"}', 200, Symptom.DUPLICATE_KEY),
    "two members with a token": ({"a": {"access_token": "a"}, "b": {"access_token": "b"}}, 200, Symptom.NO_TOKEN),
    "a token two levels deep": ({"a": {"b": {"access_token": "a"}}}, 200, Symptom.NO_TOKEN),
    "a form with two tokens": (b"access_token=a&access_token=b", 200, Symptom.NOT_JSON),
    "a key twice": (b'{"access_token":"a","access_token":"b"}', 200, Symptom.DUPLICATE_KEY),
    "no token": ({"token_type": "Bearer"}, 200, Symptom.NO_TOKEN),
    "an empty token": ({"access_token": ""}, 200, Symptom.NO_TOKEN),
    "a token that is a number": ({"access_token": 42}, 200, Symptom.NO_TOKEN),
    "a token with a line break": ({"access_token": "a\r\nSet-Cookie: x"}, 200, Symptom.UNPRINTABLE_TOKEN),
    "a token with a space": ({"access_token": "a b"}, 200, Symptom.UNPRINTABLE_TOKEN),
    "a token with a NUL": ({"access_token": "a\0"}, 200, Symptom.UNPRINTABLE_TOKEN),
    "a token beyond ASCII": ({"access_token": "tökén"}, 200, Symptom.UNPRINTABLE_TOKEN),
    "a token too long for a Secret": ({"access_token": "a" * (LONGEST_TOKEN + 1)}, 200, Symptom.UNPRINTABLE_TOKEN),
}


@pytest.mark.parametrize("sentence", TROUBLES)
def test_each_other_response_has_its_symptom(sentence: str) -> None:
    """Each kind of response without a token has its own symptom."""
    body, status, expected = TROUBLES[sentence]
    assert symptom(body, status) is expected


def test_an_oversized_response_is_refused() -> None:
    """A response that was cut off is not parsed."""
    understood = parse_token_response(HTTPResponse(200, JSON, b'{"access_token":"a"}', truncated=True))
    assert isinstance(understood, Signal)
    assert understood.symptom is Symptom.TOO_LARGE


WAITS: dict[str, tuple[str, float | None]] = {
    "seconds": ("120", 120.0),
    "a date, by the provider's clock": ("Tue, 14 Nov 2023 22:15:20 GMT", 120.0),
    "zero is a second at least": ("0", 1.0),
    "days are an hour at most": ("864000", 3600.0),
    "a date in the past": ("Tue, 14 Nov 2023 22:00:00 GMT", 1.0),
    "nonsense": ("later", None),
}


@pytest.mark.parametrize("sentence", WAITS)
def test_retry_after_is_obeyed_within_bounds(sentence: str) -> None:
    """RFC 9110 §10.2.3 on any refusal: seconds or a date."""
    header, wait = WAITS[sentence]
    for status in (429, 503, 400):
        understood = parse_token_response(answer({}, status, retry_after=header, date="Tue, 14 Nov 2023 22:13:20 GMT"))
        assert isinstance(understood, Signal)
        assert understood.retry_after == wait


@pytest.mark.parametrize("status", [429, 503, 400])
def test_a_date_of_retry_after_counts_without_the_date_of_the_response(status: int) -> None:
    """RFC 9110 §6.6.1: a server without a clock sends no `Date`; the clock of the operator takes its place."""
    response = answer({}, status, retry_after="Tue, 14 Nov 2023 22:15:20 GMT")
    understood = parse_token_response(response, now=1_700_000_000.0)
    assert isinstance(understood, Signal)
    assert understood.retry_after == 120.0


def test_zohos_throttle_waits_ten_minutes() -> None:
    """Zoho counts over ten minutes and names no time."""
    understood = parse_token_response(answer({"error": "Access Denied", "status": "failure"}))
    assert isinstance(understood, Signal)
    assert understood.retry_after == 600.0


def test_only_codes_leave_an_error() -> None:
    """Only a code of known form is kept, and no text of the provider."""
    described = {"error": "invalid_client", "error_description": "AADSTS7000215: c4n4ry <script>"}
    understood = parse_token_response(answer(described, 401))
    assert isinstance(understood, Signal)
    assert (understood.oauth_error, understood.provider_code) == ("invalid_client", "AADSTS7000215")
    assert "c4n4ry" not in repr(understood)
    odd = parse_token_response(answer({"error": "c4n4ry <b>"}, 400))
    assert isinstance(odd, Signal)
    assert (odd.symptom, odd.oauth_error) == (Symptom.CLIENT_ERROR, None)
