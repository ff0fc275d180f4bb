"""Client authentication with a signed assertion: whom it is for, with which algorithm, and how it is known again."""

import json
from base64 import urlsafe_b64decode
from dataclasses import replace

import pytest
from pydantic import SecretStr

from oauth_connector.oauth.client_auth.signed_assertion import SignedAssertionClient
from oauth_connector.oauth.request_context import RequestContext
from oauth_connector.oauth.signing_key import SigningKey, load_signing_key
from tests.support.signing_keys import P256_KEY, RSA_KEY, write_pem

TOKEN_URL, ISSUER = "https://login.example.com/token", "https://login.example.com"
CONTEXT = RequestContext(1_800_000_000.0, TOKEN_URL, ISSUER, nonce="first")


def loaded(text: str) -> SigningKey:
    """Return the key of a text."""
    key = load_signing_key(SecretStr(text))
    assert isinstance(key, SigningKey)
    return key


CLIENT = SignedAssertionClient("robot", loaded(write_pem(RSA_KEY)))


def parts(client: SignedAssertionClient, context: RequestContext = CONTEXT) -> tuple[dict[str, str], dict[str, str]]:
    """Return header and claims of the assertion."""
    sent = client.authenticate(context)
    assert sent.headers == ()
    form = dict(sent.form)
    assert form["client_id"] == "robot"
    assert form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    header, claims = (urlsafe_b64decode(part + "==") for part in form["client_assertion"].split(".")[:2])
    return json.loads(header), json.loads(claims)


@pytest.mark.parametrize(
    ("audience", "issuer", "expected"),
    [
        (None, ISSUER, ISSUER),
        (None, None, TOKEN_URL),
        ("Issuer", ISSUER, ISSUER),
        ("Issuer", None, TOKEN_URL),
        ("TokenEndpoint", ISSUER, TOKEN_URL),
        ("https://other.example.com", ISSUER, "https://other.example.com"),
    ],
)
def test_assertion_is_for_the_issuer_unless_another_audience_is_set(
    audience: str | None, issuer: str | None, expected: str
) -> None:
    """The audience is one string: the issuer, the token endpoint, or what the user sets (RFC 7523 §3)."""
    _, claims = parts(replace(CLIENT, audience=audience), replace(CONTEXT, issuer=issuer))
    assert claims["aud"] == expected
    assert (claims["iss"], claims["sub"]) == ("robot", "robot")


def test_algorithm_is_one_that_the_server_advertises() -> None:
    """A server that advertises PS256 alone receives PS256."""
    header, _ = parts(CLIENT, replace(CONTEXT, signing_algorithms=("ES256", "PS256")))
    assert header["alg"] == "PS256"


def test_each_request_has_an_assertion_of_its_own() -> None:
    """The identifier of the assertion follows the nonce of the request, so that no server takes it for a replay."""
    _, first = parts(CLIENT)
    _, second = parts(CLIENT, replace(CONTEXT, nonce="second"))
    assert first["jti"] != second["jti"]


def test_client_is_known_again_by_its_key() -> None:
    """The identity is the same for each request, contains no key, and differs for a replaced key."""
    assert CLIENT.identity() == SignedAssertionClient("robot", loaded(write_pem(RSA_KEY))).identity()
    assert CLIENT.identity() != replace(CLIENT, key=loaded(write_pem(P256_KEY))).identity()
    assert CLIENT.identity() != replace(CLIENT, audience="TokenEndpoint").identity()
    assert "PRIVATE" not in repr(CLIENT.identity())
