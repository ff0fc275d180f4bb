"""The key that signs assertions, with the algorithms that it can sign with.

Encryption is imported at the first use, because a connector with a client secret needs none: `key_reading` reads keys.
"""

import itertools
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pydantic import SecretStr

if TYPE_CHECKING:
    from joserfc.jwk import Key

RSA_ALGORITHMS = ("RS256", "PS256", "RS384", "PS384", "RS512", "PS512")
ED25519_ALGORITHMS, ED448_ALGORITHMS = ("EdDSA", "Ed25519"), ("EdDSA", "Ed448")
"""`EdDSA` is the name of RFC 8037, which servers know; the other names are of RFC 9864."""
CURVE_ALGORITHMS: Mapping[str, tuple[str, ...]] = {
    "secp256r1": ("ES256",),
    "secp384r1": ("ES384",),
    "secp521r1": ("ES512",),
}

SECRET_ALGORITHMS = ("HS256", "HS384", "HS512")

ALGORITHMS = tuple(
    dict.fromkeys(
        (
            *RSA_ALGORITHMS,
            *itertools.chain(*CURVE_ALGORITHMS.values()),
            *ED25519_ALGORITHMS,
            *ED448_ALGORITHMS,
            *SECRET_ALGORITHMS,
        )
    )
)
"""Every algorithm that an assertion can be signed with."""


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
    key: "Key" = field(repr=False)
    header: Mapping[str, str | list[str]] = field(default_factory=dict)

    def with_key_id(self, key_id: str | None) -> "SigningKey":
        """Return the key with this `kid`; `None` keeps that of a JWK."""
        return self if key_id is None else replace(self, header={**self.header, "kid": key_id})

    def with_certificate(self, chain: str) -> "SigningKey | UnusableKey":
        """Return the key with the identifiers of its certificate; in the PEM text the certificate of the key is first.

        An `UnusableKey` is about the certificate.
        """
        from oauth_connector.oauth import key_reading  # noqa: PLC0415  # the docstring of the module says why

        found = key_reading.read_certificate(self.key, chain)
        return found if isinstance(found, UnusableKey) else replace(self, header={**self.header, **found})

    def limit_to(self, algorithm: str | None) -> "SigningKey | UnusableKey":
        """Return the key for one algorithm alone; `None` keeps all of them."""
        if algorithm is not None and algorithm not in self.algorithms:
            return UnusableKey(f"it cannot sign with {algorithm}, only with {' or '.join(self.algorithms)}")
        return self if algorithm is None else replace(self, algorithms=(algorithm,))

    def choose_algorithm(self, advertised: Collection[str] = ()) -> str:
        """Return the first algorithm that the server advertises, else the first of the key.

        `advertised` is empty where the server does not say which ones it accepts (RFC 8414 §2).
        """
        return next((each for each in self.algorithms if each in advertised), self.algorithms[0])

    def identity(self) -> tuple[str, ...]:
        """Return what distinguishes the key from any other, with its algorithms and its header; not the key itself."""
        return (self.key.thumbprint(), *self.algorithms, repr(sorted(self.header.items())))


def load_signing_key(text: SecretStr) -> SigningKey | UnusableKey:
    """Read a private key: PEM with PKCS #8, PKCS #1 or SEC 1, or a JWK (RFC 7517). Certificates are skipped."""
    from oauth_connector.oauth import key_reading  # noqa: PLC0415  # the docstring of the module says why

    return key_reading.read_key(text.get_secret_value())


def build_shared_key(secret: SecretStr) -> SigningKey:
    """Return the key that a client secret is: the bytes of its text in UTF-8 (OpenID Connect Core §10.1).

    The checks of an import are for keys that a program has generated. This one the provider has chosen.
    """
    from joserfc.jwk import OctKey  # noqa: PLC0415  # the docstring of the module says why

    raw = secret.get_secret_value().encode()
    return SigningKey(SECRET_ALGORITHMS, OctKey(raw, raw))
