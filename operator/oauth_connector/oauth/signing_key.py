"""The key that signs assertions: read from PEM or JWK, with the algorithms that it can sign with."""

import json
import re
import warnings
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
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
from pydantic import SecretStr

SMALLEST_RSA_KEY = 2048
"""Bits (RFC 7518 §3.3)."""

_RSA_ALGORITHMS = ("RS256", "PS256", "RS384", "PS384", "RS512", "PS512")
_ED25519_ALGORITHMS, _ED448_ALGORITHMS = ("EdDSA", "Ed25519"), ("EdDSA", "Ed448")
"""`EdDSA` is the name of RFC 8037, which servers know; the other names are of RFC 9864."""
_CURVE_ALGORITHMS: Mapping[str, tuple[str, ...]] = {
    "secp256r1": ("ES256",),
    "secp384r1": ("ES384",),
    "secp521r1": ("ES512",),
}

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


@dataclass(frozen=True, slots=True)
class UnusableKey:
    """Why a key cannot be used, in words that follow "it cannot be used:". They never contain a part of the key."""

    cause: str


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key with the algorithms that it can sign with (RFC 7518 §3.1, RFC 8037 §3.1), the preferred one first.

    `header` holds what identifies the key in a signature: `kid`, and of a certificate `x5t`, `x5t#S256` and `x5c` (RFC
    7515 §4.1).
    """

    algorithms: tuple[str, ...]
    key: Key = field(repr=False)
    header: Mapping[str, str | list[str]] = field(default_factory=dict)

    def with_key_id(self, key_id: str | None) -> "SigningKey":
        """Return the key with this `kid`; `None` keeps that of a JWK."""
        return self if key_id is None else replace(self, header={**self.header, "kid": key_id})

    def with_certificate(self, chain: str) -> "SigningKey | UnusableKey":
        """Return the key with the identifiers of its certificate; in the PEM text the certificate of the key is first.

        An `UnusableKey` is about the certificate.
        """
        try:
            found = x509.load_pem_x509_certificates(chain.encode())
            matches = not isinstance(self.key, OctKey) and found[0].public_key() == self.key.public_key
        except (ValueError, UnsupportedAlgorithm):
            return UnusableKey("it is not a certificate in PEM")
        if not matches:
            return UnusableKey("the certificate belongs to another key than the private key")
        thumbprints = {"x5t": SHA1(), "x5t#S256": SHA256()}  # noqa: S303  # RFC 7515 §4.1.7; it identifies, no more
        encoded = {name: _encode(found[0].fingerprint(used)) for name, used in thumbprints.items()}
        sent = [b64encode(each.public_bytes(Encoding.DER)).decode() for each in found]
        return replace(self, header={**self.header, **encoded, "x5c": sent})

    def choose_algorithm(self, advertised: Collection[str] = (), wanted: str | None = None) -> str | UnusableKey:
        """Return the wanted algorithm, else the first that the server advertises, else the first of the key.

        `advertised` is empty where the server does not say which ones it accepts (RFC 8414 §2).
        """
        if wanted is not None and wanted not in self.algorithms:
            return UnusableKey(f"it cannot sign with {wanted}, only with {' or '.join(self.algorithms)}")
        return wanted or next((each for each in self.algorithms if each in advertised), self.algorithms[0])


def load_signing_key(text: SecretStr) -> SigningKey | UnusableKey:
    """Read a private key: PEM with PKCS #8, PKCS #1 or SEC 1, or a JWK (RFC 7517). Certificates are skipped."""
    stripped = text.get_secret_value().strip().removeprefix("\ufeff")
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


def build_shared_key(secret: SecretStr) -> SigningKey:
    """Return the key that a client secret is: the bytes of its text in UTF-8 (OpenID Connect Core §10.1).

    The checks of an import are for keys that a program has generated. This one the provider has chosen.
    """
    raw = secret.get_secret_value().encode()
    return SigningKey(("HS256", "HS384", "HS512"), OctKey(raw, raw))


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
    if algorithm is None:
        return found
    chosen = found.choose_algorithm(wanted=str(algorithm))
    return chosen if isinstance(chosen, UnusableKey) else replace(found, algorithms=(chosen,))


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
        return UnusableKey(cause) if small else SigningKey(_RSA_ALGORITHMS, key)
    if isinstance(native, EllipticCurvePrivateKey):
        algorithms = _CURVE_ALGORITHMS.get(native.curve.name, ())
    elif isinstance(native, Ed25519PrivateKey | Ed448PrivateKey):
        algorithms = _ED25519_ALGORITHMS if isinstance(native, Ed25519PrivateKey) else _ED448_ALGORITHMS
    return SigningKey(algorithms, key) if algorithms else UnusableKey(_UNSUITED)


def _encode(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()
