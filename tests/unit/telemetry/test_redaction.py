"""The redaction of logs: secrets are masked, and the rest stays readable."""

import base64
import json
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from oauth_connector.telemetry.redaction import MASK, redact, scrub

ALPHABET = string.ascii_letters + string.digits + "-_"


def is_mixed(text: str) -> bool:
    """Return whether all three kinds of characters occur."""
    return all(any(map(kind, text)) for kind in (str.islower, str.isupper, str.isdigit))


opaque = st.text(ALPHABET, min_size=24, max_size=200).filter(is_mixed)
"""Access tokens in the format of most servers."""

chosen = st.text(string.ascii_letters + string.digits + "!$*+,-.:@_~", min_size=1, max_size=40).filter(
    lambda text: set(text) - set("!$*+,-.:@_~ ")
)
"""Secrets that a user has chosen: short, and recognized only by the name before them."""

jwt = st.builds(
    lambda claims, signature: ".".join(
        [
            base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
            for part in ({"alg": "RS256"}, claims)
        ]
        + [base64.urlsafe_b64encode(signature).decode().rstrip("=")]
    ),
    st.dictionaries(st.sampled_from(["sub", "aud", "iss"]), st.text(ALPHABET)),
    st.binary(min_size=16, max_size=64),
)

AROUND = {
    "alone": "{}",
    "in a sentence": "the server answered {} and closed",
    "after the scheme": "Bearer {}",
    "in a header of a raw request": "Authorization: Bearer {}\\r\\nHost: x",
    "in a header as bytes in a list": "[(b'Authorization', b'Bearer {}')]",
    "with a scheme of the provider's own": "Zoho-oauthtoken {}",
    "in a query": "https://api.example.com/x?access_token={}&limit=1",
    "in a path": "https://api.example.com/files/{}/content",
    "in a JSON body": '{{"access_token": "{}", "expires_in": 3600}}',
    "in the repr of a dictionary": "{{'refresh_token': '{}'}}",
}

NAMED = {
    "form body": "grant_type=password&password={}&scope=a",
    "first in a form body": "client_secret={}&grant_type=client_credentials",
    "JSON": '{{"client_secret": "{}"}}',
    "JSON, spaced": '{{"password" : "{}", "x": 1}}',
    "repr": "{{'client_secret': '{}'}}",
    "repr of bytes": "b'client_assertion={}'",
    "upper case": "CLIENT_SECRET={}",
    "basic": "Authorization: Basic {}",
    "URL": "https://user:{}@proxy.example.com",
}


@pytest.mark.parametrize("around", AROUND.values(), ids=AROUND.keys())
@given(token=opaque | jwt)
def test_a_long_random_token_is_masked_in_any_context(around: str, token: str) -> None:
    """Text that looks like an access token is masked, whatever surrounds it."""
    assert token not in scrub(around.format(token))


@pytest.mark.parametrize("around", NAMED.values(), ids=NAMED.keys())
@given(secret=chosen.filter(lambda text: not set(text) & set(",@;:")))
def test_a_named_secret_is_masked_however_short(around: str, secret: str) -> None:
    """The value after the name of a secret is masked, even when it looks like a word."""
    scrubbed = scrub(around.format(secret))
    assert scrubbed.replace(MASK, "") == scrub(around.format("x")).replace(MASK, "")


@given(secret=st.text(min_size=1))
def test_a_json_string_is_masked_completely(secret: str) -> None:
    """Quotes, backslashes and spaces inside a JSON value do not end it early."""
    body = json.dumps({"password": secret, "username": "u"})
    assert scrub(body) == json.dumps({"password": MASK, "username": "u"}).replace(f'"{MASK}"', MASK)


@given(text=st.text() | st.sampled_from(list(AROUND.values())), token=opaque)
def test_scrubbing_twice_changes_nothing_more(text: str, token: str) -> None:
    """The mask itself is no secret."""
    once = scrub(text + token)
    assert scrub(once) == once


HARMLESS = [
    "pass finished for team-a/zoho-crm-production-token in 0.2 s",
    "Secret team-a/salesforce-refresh-token-2 has uid 3f2c1b9e-7a54-4d0b-9c0f-0a1b2c3d4e5f",
    "token_type=Bearer expires_in=3600 grant_type=client_credentials",
    "POST https://accounts.example.com/oauth/v2/token answered 401 invalid_client (AADSTS7000215)",
    "https://login.example.com/3f2c1b9e-7a54-4d0b-9c0f-0a1b2c3d4e5f/oauth2/v2.0/token",
    'File "/usr/lib/python3.11/site-packages/oauth_connector/telemetry/redaction.py", line 12, in scrub',
    "<urllib3.connection.HTTPSConnection object at 0x7f0123456789>: Failed to establish a new connection",
    "oauth_connector_token_request_duration_seconds",
    "Basic authentication was refused; Bearer tokens are sent in the header",
    "resourceVersion 184467440737 at 2026-11-24T10:28:00Z",
]


@pytest.mark.parametrize("text", HARMLESS)
def test_names_and_addresses_stay_readable(text: str) -> None:
    """Names, UIDs, paths, URLs and error codes stay readable."""
    assert scrub(text) == text


def test_a_private_key_is_masked_with_its_body() -> None:
    """A PEM block is masked completely, also an incomplete one."""
    pem = "-----BEGIN EC PRIVATE KEY-----\nabc\ndef\n-----END EC PRIVATE KEY-----"
    assert scrub(f"x {pem} y") == f"x {MASK} y"
    assert scrub(f"x {pem[:40]}") == f"x {MASK}"


def test_values_of_secret_names_are_masked_at_any_depth() -> None:
    """A value is masked because of its key, with any case and separator of the key."""
    event: dict[str, object] = {
        "event": "sent",
        "Authorization": "x",
        "headers": {"Set-Cookie": "x", "accept": "json"},
        "bodies": [{"client_secret": "x"}, {"refresh-token": 1}],
    }
    assert redact(None, "info", event) == {
        "event": "sent",
        "Authorization": MASK,
        "headers": {"Set-Cookie": MASK, "accept": "json"},
        "bodies": [{"client_secret": MASK}, {"refresh-token": MASK}],
    }


def test_objects_become_text_before_they_are_scrubbed() -> None:
    """No object reaches the renderer: its repr could contain text that was not redacted."""
    token = "aZ3" * 10
    error = ValueError(f"cannot parse {token}")
    event: dict[str, object] = {"error": error, "body": f"access_token={token}".encode(), "deep": [[[[[[[token]]]]]]]}
    assert token not in str(redact(None, "info", event))


def test_a_secret_str_is_masked_under_any_key() -> None:
    """The value of a `SecretStr` is masked."""
    assert redact(None, "info", {"answer": SecretStr("x"), "n": 1, "none": None}) == {
        "answer": MASK,
        "n": 1,
        "none": None,
    }
