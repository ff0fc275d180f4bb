"""Token responses: the variants of real providers, and every kind of invalid response."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oauth_connector.oauth.signals import Signal, Symptom
from oauth_connector.oauth.token import HTTPResponse, Token
from oauth_connector.oauth.token_response import parse_token_response

JSON = {"content-type": "application/json"}
TOKEN = {"access_token": "abc", "token_type": "Bearer", "expires_in": 3600}


def answer(body: object, status: int = 200, **headers: str) -> HTTPResponse:
    """Return a response; every body except bytes is sent as JSON."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return HTTPResponse(status, {**JSON, **{k.replace("_", "-"): v for k, v in headers.items()}}, raw)


def token(**members: Any) -> Token:
    """Parse a token response with these members."""
    understood = parse_token_response(answer({k: v for k, v in {**TOKEN, **members}.items() if v is not ...}))
    assert isinstance(understood, Token), understood
    return understood


def symptom(body: object, status: int = 200, **headers: str) -> Symptom:
    """Parse a response that must not be a token, and return its symptom."""
    understood = parse_token_response(answer(body, status, **headers))
    assert isinstance(understood, Signal), understood
    return understood.symptom


LIFETIMES: dict[str, tuple[Any, int | None]] = {
    "a number of seconds": (3600, 3600),
    "text, as PayPal and NetSuite write it": ("3600", 3600),
    "a fraction": (3599.9, 3599),
    "text with a fraction": ("3599.9", 3599),
    "absent": (..., None),
    "null": (None, None),
    "zero, which Mailchimp means as never": (0, None),
    "negative": (-5, None),
    "less than a second": (0.5, None),
    "a truth value": (True, None),
    "a word": ("soon", None),
    "an empty text": ("", None),
    "a list": ([3600], None),
    "an object": ({"seconds": 3600}, None),
    "absurdly long": (10**18, None),
    "longer than a float": (10**400, None),
    "text for infinity": ("Infinity", None),
    "text for no number": ("NaN", None),
}


@pytest.mark.parametrize("sentence", LIFETIMES)
def test_a_lifetime_is_read(sentence: str) -> None:
    """`expires_in` is seconds however it is written, and nothing where it makes no sense (RFC 6749 §5.1)."""
    sent, lifetime = LIFETIMES[sentence]
    assert token(expires_in=sent).lifetime == lifetime


def test_literal_infinities_are_no_lifetime() -> None:
    """Python's JSON reads `NaN` and `Infinity`, which are none."""
    for literal in (b"NaN", b"Infinity", b"-Infinity"):
        understood = parse_token_response(answer(b'{"access_token":"a","expires_in":' + literal + b"}"))
        assert isinstance(understood, Token)
        assert understood.lifetime is None


def test_an_absolute_expiry_counts_by_the_providers_clock() -> None:
    """`expires_at` is compared with the response's own Date, so that clock skew does not matter."""
    body = {"access_token": "a", "expires_at": 1_700_000_600}
    understood = parse_token_response(answer(body, date="Tue, 14 Nov 2023 22:13:20 GMT"))
    assert isinstance(understood, Token)
    assert understood.lifetime == 600


TYPES: dict[str, tuple[Any, bool]] = {
    "Bearer": ("Bearer", True),
    "lower case": ("bearer", True),
    "upper case": ("BEARER", True),
    "absent": (..., True),
    "null": (None, True),
    "empty": ("", True),
    "eBay's for users": ("User Access Token", True),
    "eBay's for applications": ("Application Access Token", True),
    "N_A of RFC 8693": ("N_A", True),
    "DPoP": ("DPoP", False),
    "mac": ("mac", False),
    "a number": (1, False),
}


@pytest.mark.parametrize("sentence", TYPES)
def test_a_token_type_is_bearer_or_refused(sentence: str) -> None:
    """Types are compared in any case (RFC 6749 §5.1); a token that is not a bearer token is not published (§7.1)."""
    kind, bearer = TYPES[sentence]
    body = {k: v for k, v in {**TOKEN, "token_type": kind}.items() if v is not ...}
    understood = parse_token_response(answer(body))
    if bearer:
        assert isinstance(understood, Token)
        assert understood.token_type == ("N_A" if kind == "N_A" else "Bearer")
    else:
        assert isinstance(understood, Signal)
        assert understood.symptom is Symptom.UNSUPPORTED_TOKEN_TYPE


SCOPES: dict[str, tuple[Any, tuple[str, ...] | None]] = {
    "separated by spaces": ("a b", ("a", "b")),
    "separated by commas, as GitHub answers": ("a,b", ("a", "b")),
    "a list, as Twitch answers": (["a", "b"], ("a", "b")),
    "null, as Mailchimp answers": (None, None),
    "absent": (..., None),
    "empty": ("", None),
    "with characters that no scope has": ("a \u0007b", ("a",)),
}


@pytest.mark.parametrize("sentence", SCOPES)
def test_granted_scopes_are_read(sentence: str) -> None:
    """`scope` is a list however it is written (RFC 6749 §3.3)."""
    sent, scope = SCOPES[sentence]
    assert token(scope=sent).scope == scope


def test_a_response_as_a_form_is_parsed() -> None:
    """GitHub without Accept and old versions of Facebook send a form, the latter with `expires`."""
    for kind in ("application/x-www-form-urlencoded; charset=utf-8", "text/plain"):
        understood = parse_token_response(
            HTTPResponse(200, {"content-type": kind}, b"access_token=a&scope=x%2Cy&expires=60")
        )
        assert isinstance(understood, Token)
        assert (understood.access_token.get_secret_value(), understood.scope, understood.lifetime) == (
            "a",
            ("x", "y"),
            60,
        )
    assert symptom(b"error=bad", content_type="text/plain") is Symptom.OAUTH_ERROR


def test_json_is_parsed_with_any_content_type() -> None:
    """A wrong content type or charset, and a mark at the start, do not matter."""
    for kind in ("text/html", "application/json; charset=latin-1", "text/plain", ""):
        assert isinstance(
            parse_token_response(HTTPResponse(200, {"content-type": kind}, b'\xef\xbb\xbf{"access_token":"a"}')), Token
        )


def test_scalar_members_are_kept_for_the_allow_list() -> None:
    """`instance_url` and the like can be published; truth values, nulls and objects are nothing for a pod."""
    fields = token(instance_url="https://x", issued_at=17, ok=True, none=None, nested={"a": 1}).fields
    assert {name: value.get_secret_value() for name, value in fields.items() if name not in TOKEN} == {
        "instance_url": "https://x",
        "issued_at": "17",
    }


def test_no_token_shows_in_a_representation() -> None:
    """A response and its parsed form may be printed by mistake."""
    response = answer({**TOKEN, "access_token": "c4n4ry", "refresh_token": "c4n4ry-2"})
    assert "c4n4ry" not in repr(response)
    assert "c4n4ry" not in repr(parse_token_response(response))


MEMBERS = st.dictionaries(
    st.sampled_from(["access_token", "token_type", "expires_in", "error", "scope", "errors", "ok", "expires_at"]),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=5,
    ),
)


@given(
    st.binary(max_size=200) | MEMBERS.map(lambda m: json.dumps(m).encode()), st.integers(100, 599), st.text(max_size=30)
)
def test_no_response_raises_an_error(body: bytes, status: int, header: str) -> None:
    """Any bytes with any status and headers give a token or a signal."""
    headers = {"content-type": header, "retry-after": header, "date": header}
    assert isinstance(parse_token_response(HTTPResponse(status, headers, body)), Token | Signal)


def test_a_field_that_cannot_be_written_is_left_out() -> None:
    """JSON can name half of a character, which no Secret can hold."""
    assert "bad" not in token(bad="\ud800", good="x").fields
