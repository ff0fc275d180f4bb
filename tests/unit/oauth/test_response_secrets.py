"""A token of a response is published only as what it is, whatever places and members a spec names."""

import json
from typing import Any

import pytest

from oauth_connector.oauth.quirks import Places, Quirks
from oauth_connector.oauth.signals import Signal, Symptom
from oauth_connector.oauth.token import HTTPResponse, Token
from oauth_connector.oauth.token_response import parse_token_response

STANDARD_BODY = {"access_token": "at-1", "refresh_token": "rt-1", "token_type": "Bearer", "id_token": "idt-1"}
NESTED_BODY = {"data": {"accessToken": "at-1", "refreshToken": "rt-1", "idToken": "idt-1"}}
SPRING_BODY = {"access_token": "at-1", "refreshToken": {"value": "rt-1"}, "copy": "rt-1"}


def parse(body: Any, **places: str) -> Token | Signal:
    """Parse a response whose values are where a spec says, with all its members."""
    response = HTTPResponse(200, {"content-type": "application/json"}, json.dumps(body).encode())
    return parse_token_response(response, Quirks(places=Places(**places)), 1.0)


REFRESH_TOKENS: dict[str, tuple[Any, dict[str, str]]] = {
    "at the standard place": (STANDARD_BODY, {"access_token": "/refresh_token"}),
    "beside the access token": (NESTED_BODY, {"access_token": "/data/refreshToken"}),
    "in an object": (SPRING_BODY, {"access_token": "/refreshToken/value"}),
    "under another name, elsewhere": (SPRING_BODY, {"access_token": "/copy"}),
    "at a place of its own": ({"a": "rt-1", "b": "rt-1"}, {"access_token": "/b", "refresh_token": "/a"}),
}


@pytest.mark.parametrize(("body", "places"), REFRESH_TOKENS.values(), ids=REFRESH_TOKENS)
def test_a_refresh_token_is_no_access_token(body: Any, places: dict[str, str]) -> None:
    """A response whose access token equals one of its refresh tokens has none."""
    found = parse(body, **places)
    assert isinstance(found, Signal)
    assert found.symptom is Symptom.NO_TOKEN


PUBLISHED: dict[str, tuple[Any, dict[str, str]]] = {
    "the standard members": (STANDARD_BODY, {}),
    "members beside the access token": (
        NESTED_BODY,
        {"access_token": "/data/accessToken", "refresh_token": "/data/refreshToken"},
    ),
    "without the place of the refresh token": (NESTED_BODY, {"access_token": "/data/accessToken"}),
    "a copy of it": (SPRING_BODY, {}),
    "a place with a name of its own": ({"access_token": "at-1", "again": "rt-1"}, {"refresh_token": "/again"}),
    "a number": ({"access_token": "at-1", "refreshToken": 4711, "copy": "4711"}, {}),
}


@pytest.mark.parametrize(("body", "places"), PUBLISHED.values(), ids=PUBLISHED)
def test_no_place_publishes_a_refresh_token(body: Any, places: dict[str, str]) -> None:
    """No member that equals a token is kept, except an ID token under its own name."""
    found = parse({**body, "instance_url": "https://x"}, **places)
    assert isinstance(found, Token), found
    kept = {name: value.get_secret_value() for name, value in found.fields.items()}
    assert kept["instance_url"] == "https://x"
    assert not {"at-1", "rt-1", "4711"} & set(kept.values())
    assert {name for name, value in kept.items() if value == "idt-1"} <= {"id_token"}


SCOPES: dict[str, tuple[Any, dict[str, str], tuple[str, ...] | None]] = {
    "the access token": (STANDARD_BODY, {"scope": "/access_token"}, None),
    "the refresh token": (STANDARD_BODY, {"scope": "/refresh_token"}, None),
    "the ID token": (STANDARD_BODY, {"scope": "/id_token"}, None),
    "one of another depth": (NESTED_BODY, {"access_token": "/data/accessToken", "scope": "/data/idToken"}, None),
    "one with a separator": (
        {"access_token": "a", "refresh_token": "x,y", "copy": "x,y"},
        {"scope": "/copy"},
        None,
    ),
    "among others": (
        {**STANDARD_BODY, "scope": "read rt-1 at-1 write"},
        {},
        ("read", "write"),
    ),
    "in a list": ({**STANDARD_BODY, "scope": ["read", "rt-1"]}, {}, ("read",)),
    "an unknown name": ({**STANDARD_BODY, "session_key": "k-1"}, {"scope": "/session_key"}, None),
    "a secret elsewhere in the response": (
        {**STANDARD_BODY, "user": {"apiKey": "abc"}, "copy": "abc read"},
        {"scope": "/copy"},
        ("read",),
    ),
    "with a token in it": ({**STANDARD_BODY, "access_token": "at-123456", "scope": "read at=at-123456"}, {}, ("read",)),
    "a part of a token": (
        {**STANDARD_BODY, "access_token": "eyJhbGciOiJIUzI1NiJ9.e30.x", "scope": "read eyJhbGciOiJIUzI1NiJ9"},
        {},
        ("read",),
    ),
    "what is no scope by its form": (
        {**STANDARD_BODY, "scope": 'read "quoted" back\\slash caf\u00e9 ' + "x" * 513},
        {},
        ("read",),
    ),
    "many of them": ({**STANDARD_BODY, "scope": ["s" * 500] * 40}, {}, None),
    "beside so many secrets that a search would take seconds": (
        {**STANDARD_BODY, "scope": "read write", "x": [{"token": f"{index}"} for index in range(100)]},
        {},
        None,
    ),
    "in a list of thousands": ({**STANDARD_BODY, "scope": [str(index) for index in range(2000)]}, {}, None),
    "a URL": (
        {**STANDARD_BODY, "scope": "https://www.googleapis.com/auth/drive.file openid"},
        {},
        ("https://www.googleapis.com/auth/drive.file", "openid"),
    ),
}


@pytest.mark.parametrize(("body", "places", "scope"), SCOPES.values(), ids=SCOPES)
def test_no_place_shows_a_token_as_scope(body: Any, places: dict[str, str], scope: tuple[str, ...] | None) -> None:
    """Status contains the granted scopes, and no value that equals a token of the response."""
    found = parse(body, **places)
    assert isinstance(found, Token), found
    assert found.scope == scope


TYPES = [
    "urn:ietf:params:oauth:token-type:refresh_token",
    "urn:ietf:params:oauth:token-type:Refresh-Token",
    "https://login.example.com/types/refreshToken",
    "refresh_token",
]


@pytest.mark.parametrize("kind", TYPES)
def test_a_token_type_of_refresh_tokens_is_refused(kind: str) -> None:
    """What was issued is a refresh token (RFC 8693 §2.2.1), whatever member it is in."""
    found = parse({"access_token": "rt-1", "token_type": "N_A", "issued_token_type": kind})
    assert isinstance(found, Signal)
    assert found.symptom is Symptom.UNSUPPORTED_TOKEN_TYPE


@pytest.mark.parametrize("kind", ["access_token", "id_token", "jwt", "refresh_token_receipt"])
def test_other_token_types_are_accepted(kind: str) -> None:
    """RFC 8693 §3 has several types of a token that a Pod may use."""
    body = {"access_token": "a", "token_type": "N_A", "issued_token_type": f"urn:ietf:params:oauth:token-type:{kind}"}
    assert isinstance(parse(body), Token)


def test_a_token_that_is_masked_is_no_secret() -> None:
    """One character, repeated, stands for a token that is not shown, and may be the value of another member."""
    found = parse({"access_token": "a-1", "refresh_token": "***", "stars": "***", "scope": "*"})
    assert isinstance(found, Token)
    assert (found.fields["stars"].get_secret_value(), found.scope) == ("***", ("*",))
