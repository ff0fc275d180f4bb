"""Signed assertions, verified with the public key (RFC 7523 §3)."""

import json
from base64 import urlsafe_b64decode

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc import jwt
from pydantic import SecretStr

from oauth_connector.oauth.assertion import LIFETIME, AssertionClaims, sign_assertion
from oauth_connector.oauth.request_context import RequestContext
from oauth_connector.oauth.signing_key import SigningKey, build_shared_key, load_signing_key

NOW = 1_800_000_000.7
CONTEXT = RequestContext(NOW, "https://login.example.com/token", nonce="nonce-of-the-request")
CLAIMS = AssertionClaims("robot", "ann", "https://login.example.com", "grant", {"scope": "a b", "tenant": ""})
KEYS: tuple[PrivateKeyTypes, ...] = (
    rsa.generate_private_key(65537, 2048),
    ec.generate_private_key(ec.SECP256R1()),
    ec.generate_private_key(ec.SECP384R1()),
    ec.generate_private_key(ec.SECP521R1()),
    ed25519.Ed25519PrivateKey.generate(),
)


def loaded(key: PrivateKeyTypes) -> SigningKey:
    """Return a signing key."""
    found = load_signing_key(SecretStr(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()))
    assert isinstance(found, SigningKey)
    return found


SAMPLES = [
    (key, name) for key in (*map(loaded, KEYS), build_shared_key(SecretStr("s3cret"))) for name in key.algorithms
]


@pytest.mark.parametrize(("key", "algorithm"), SAMPLES, ids=lambda value: value if isinstance(value, str) else "")
@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")  # the verification by the same library
def test_assertion_is_verified_for_each_algorithm(key: SigningKey, algorithm: str) -> None:
    """The signature of each algorithm is right, and the header names the algorithm."""
    text = sign_assertion(CONTEXT, key, algorithm, CLAIMS)
    token = jwt.decode(text, key.key, algorithms=[algorithm])
    assert token.header == {"typ": "JWT", "alg": algorithm}


def read(text: str, part: int = 1) -> dict[str, object]:
    """Return the header (0) or the claims (1) of a JWT."""
    encoded = text.split(".")[part]
    found: dict[str, object] = json.loads(urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    return found


def test_claims_are_for_one_request_of_a_minute() -> None:
    """Issuer, subject, one audience and an identifier; a server whose clock is behind accepts the time of issue."""
    claims = read(sign_assertion(CONTEXT, loaded(KEYS[1]), "ES256", CLAIMS))
    assert claims == {
        "iss": "robot",
        "sub": "ann",
        "aud": "https://login.example.com",
        "scope": "a b",
        "iat": 1_799_999_990,
        "exp": 1_800_000_050,
        "jti": "nonce-of-the-request.grant",
    }
    assert LIFETIME <= 60


def test_further_claims_do_not_replace_those_of_the_assertion() -> None:
    """A further claim with the name of one of the assertion is overwritten."""
    names = ("iss", "sub", "aud", "iat", "exp", "jti")
    claims = AssertionClaims("robot", "ann", "server", "grant", dict.fromkeys(names, "other"))
    assert "other" not in read(sign_assertion(CONTEXT, loaded(KEYS[1]), "ES256", claims)).values()


def test_header_identifies_the_key() -> None:
    """What identifies the key is in the header."""
    key = loaded(KEYS[1]).with_key_id("key-1")
    assert read(sign_assertion(CONTEXT, key, "ES256", CLAIMS), 0) == {"typ": "JWT", "alg": "ES256", "kid": "key-1"}


def test_context_without_nonce_signs_nothing() -> None:
    """Without a nonce there is no assertion, since a server would take the second one for a copy of the first."""
    with pytest.raises(ValueError, match="nonce"):
        sign_assertion(RequestContext(NOW), loaded(KEYS[1]), "ES256", CLAIMS)
