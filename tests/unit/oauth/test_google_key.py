"""The JSON key of a Google service account: a member of any other form is refused with the cure."""

import json

import pytest
from pydantic import SecretStr

from oauth_connector.oauth.google_key import GoogleKey, read_google_key
from oauth_connector.oauth.signing_key import UnusableKey
from tests.support.assertions import ACCOUNT, GOOGLE_URI, build_google_key

MEMBERS = ("type", "client_email", "private_key", "private_key_id", "token_uri")

VALUES: dict[str, object] = {
    "null": None,
    "true": True,
    "a number": 1,
    "a fraction": 0.5,
    "an array": [],
    "an array of text": ["service_account"],
    "an object": {},
    "an empty text": "",
    "half a character": "\ud800",  # JSON can escape it (RFC 8259 section 8.2), UTF-8 cannot encode it
    "a key with half a character": "-----BEGIN PRIVATE KEY-----\n\ud800\n-----END PRIVATE KEY-----",
}


def read(text: str) -> GoogleKey | UnusableKey:
    """Read a key."""
    return read_google_key(SecretStr(text))


def test_a_key_as_google_writes_it_is_read() -> None:
    """Its account and its endpoint are those of the text."""
    found = read(build_google_key().decode())
    assert isinstance(found, GoogleKey)
    assert (found.client_email, found.token_uri) == (ACCOUNT, GOOGLE_URI)


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("member", MEMBERS)
def test_a_member_of_another_form_is_refused(member: str, value: str) -> None:
    """The cause names the member, and repeats nothing of it."""
    found = read(build_google_key(**{member: VALUES[value]}).decode())
    assert isinstance(found, UnusableKey)
    assert ("`service_account`" if member == "type" else f"`{member}`") in found.cause
    assert "\ud800" not in found.cause


@pytest.mark.parametrize("value", VALUES)
def test_json_that_is_no_object_is_refused(value: str) -> None:
    """The cause says what a key is."""
    found = read(json.dumps(VALUES[value]))
    assert isinstance(found, UnusableKey)
    assert "has a key of type `service_account`" in found.cause


@pytest.mark.parametrize("kind", ["authorized_user", "external_account", "impersonated_service_account"])
def test_another_file_of_google_is_named(kind: str) -> None:
    """Google's tools write other kinds of credentials in the same places (google.aip.dev/auth)."""
    found = read(json.dumps({"type": kind}))
    assert isinstance(found, UnusableKey)
    assert found.cause.startswith(f"it is a key of type `{kind}`")
