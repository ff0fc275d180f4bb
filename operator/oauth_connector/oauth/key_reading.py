"""Reads keys and certificates: the forms in which users store them, and the cure for what is no such key."""

import json
import re
import warnings
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed448 import Ed448PrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import ECKey, JWKRegistry, Key, OctKey, OKPKey, RSAKey

from oauth_connector.oauth.signing_key import (
    CURVE_ALGORITHMS,
    ED448_ALGORITHMS,
    ED25519_ALGORITHMS,
    RSA_ALGORITHMS,
    SigningKey,
    UnusableKey,
)

SMALLEST_RSA_KEY = 2048
"""Bits (RFC 7518 §3.3)."""

_PRIVATE_KEY = re.compile(r"-----BEGIN ((?:[A-Z]+ )?PRIVATE KEY)-----.+?-----END \1-----", re.DOTALL)
_PUBLIC = "it is a public key: a private key is needed"
_UNSUITED = "it is of a kind that cannot sign: use RSA, P-256, P-384, P-521 or Ed25519"
_MISTAKES = (
    ("-----BEGIN CERTIFICATE", "it is a certificate: a private key is needed"),
    ("-----BEGIN PUBLIC KEY", _PUBLIC),
    ("-----BEGIN RSA PUBLIC KEY", _PUBLIC),
    ("ssh-", _PUBLIC),
    ("-----BEGIN", "its PEM text is incomplete: it needs the lines BEGIN and END of a private key"),
    ("LS0tLS1CRUdJTi", "it is encoded in base64 twice"),
)
"""Beginnings of what is stored by mistake. `LS0tLS1CRUdJTi` is `-----BEGIN ` in base64."""


def read_key(text: str) -> SigningKey | UnusableKey:
    """Read a private key: PEM with PKCS #8, PKCS #1 or SEC 1, or a JWK (RFC 7517). Certificates are skipped."""
    stripped = text.strip().removeprefix("\ufeff")
    if stripped.startswith("{"):
        return _load_jwk(stripped)
    if "\\n" in stripped:
        return UnusableKey("its lines are joined by the two characters \\n: store it with real line ends")
    block = _PRIVATE_KEY.search(stripped)
    if block is None:
        mistake = next((cause for beginning, cause in _MISTAKES if stripped.startswith(beginning)), None)
        return UnusableKey(mistake or "it is neither a private key in PEM nor a JWK")
    if block[1].startswith("ENCRYPTED") or "Proc-Type: 4,ENCRYPTED" in block[0]:
        return UnusableKey("it is encrypted: remove the passphrase with `openssl pkey -in FILE -out NEW`")
    if block[1].startswith("OPENSSH"):
        return UnusableKey("it is in the form of OpenSSH: convert a copy with `ssh-keygen -p -m PKCS8 -f FILE`")
    return _load_pem(block[0].encode())


def read_certificate(key: Key, chain: str) -> dict[str, str | list[str]] | UnusableKey:
    """Return what identifies the certificate of a key in a header (RFC 7515 §4.1.6 to §4.1.8), as PEM."""
    try:
        found = x509.load_pem_x509_certificates(chain.encode())
        matches = not isinstance(key, OctKey) and found[0].public_key() == key.public_key
    except (ValueError, UnsupportedAlgorithm):
        return UnusableKey("it is not a certificate in PEM")
    if not matches:
        return UnusableKey("the certificate belongs to another key than the private key")
    sent = [b64encode(each.public_bytes(Encoding.DER)).decode() for each in found]
    sha1 = SHA1()  # noqa: S303  # RFC 7515 §4.1.7; it identifies, no more
    return {
        "x5t": _encode(found[0].fingerprint(sha1)),
        "x5t#S256": _encode(found[0].fingerprint(SHA256())),
        "x5c": sent,
    }


def _load_pem(pem: bytes) -> SigningKey | UnusableKey:
    try:
        loaded = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return UnusableKey("its PEM text is damaged")
    if isinstance(loaded, RSAPrivateKey):
        return _qualify(RSAKey(loaded, pem))
    if isinstance(loaded, EllipticCurvePrivateKey):
        return _qualify(ECKey(loaded, pem))
    if isinstance(loaded, Ed25519PrivateKey | Ed448PrivateKey):
        return _qualify(OKPKey(loaded, pem))
    return UnusableKey(_UNSUITED)


def _load_jwk(text: str) -> SigningKey | UnusableKey:
    try:
        members = json.loads(text)
    except (ValueError, RecursionError):
        return UnusableKey("its JSON text is damaged")
    if (cause := _find_jwk_mistake(members)) is not None:
        return UnusableKey(cause)
    found = _import_jwk(members)
    if isinstance(found, UnusableKey):
        return found
    key_id, algorithm = members.get("kid"), members.get("alg")
    found = found.with_key_id(key_id if isinstance(key_id, str) else None)
    return found.limit_to(None if algorithm is None else str(algorithm))


def _import_jwk(members: Mapping[str, Any]) -> SigningKey | UnusableKey:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SecurityWarning)  # the size is judged here
            return _qualify(JWKRegistry.import_key({name: members[name] for name in members.keys() - _NOT_OF_THE_KEY}))
    except (JoseError, ValueError, TypeError, LookupError, AttributeError, UnsupportedAlgorithm):
        return UnusableKey("its members are not those of a JWK with a private key")


_NOT_OF_THE_KEY = frozenset({"alg", "use", "key_ops", "kid", "x5c", "x5t", "x5t#S256", "x5u", "ext"})
"""Members of a JWK that do not belong to the key itself (RFC 7517 §4); `ext` is of browsers."""


def _find_jwk_mistake(members: Mapping[str, object]) -> str | None:
    if "keys" in members:
        return "it is a JWK Set: store the one key that signs"
    if members.get("kty") == "oct":
        return "it is a shared secret: set `client.authentication` to `ClientSecretJWT` and `client.secretRef`"
    if members.get("use", "sig") != "sig":
        return "its member `use` says that it is for encryption"
    return None if "d" in members else _PUBLIC


def _qualify(key: Key) -> SigningKey | UnusableKey:
    """Return the key with its algorithms, unless it cannot sign or is too small."""
    native, algorithms = key.raw_value, tuple[str, ...]()
    if isinstance(native, RSAPrivateKey):
        small = native.key_size < SMALLEST_RSA_KEY
        cause = f"it has {native.key_size} bits: an RSA key needs {SMALLEST_RSA_KEY} (RFC 7518 section 3.3)"
        return UnusableKey(cause) if small else SigningKey(RSA_ALGORITHMS, key)
    if isinstance(native, EllipticCurvePrivateKey):
        algorithms = CURVE_ALGORITHMS.get(native.curve.name, ())
    elif isinstance(native, Ed25519PrivateKey | Ed448PrivateKey):
        algorithms = ED25519_ALGORITHMS if isinstance(native, Ed25519PrivateKey) else ED448_ALGORITHMS
    return SigningKey(algorithms, key) if algorithms else UnusableKey(_UNSUITED)


def _encode(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()
