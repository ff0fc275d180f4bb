"""The key with which the operator signs for clients of metadata documents, and the set of public keys (RFC 7517 §5).

There is one key for all connectors of an install, so that the set has the same content for each of them. What an
assertion says of its client, its audience and its time makes it one for a single connector and a single server.
"""

import json
from collections.abc import Sequence

from oauth_connector.oauth.registration import CLIENT_KEY_ALGORITHM
from oauth_connector.oauth.signing_key import SigningKey

RETIREMENT = 3600
"""Seconds for which the public part of a replaced key stays in the set: servers and processes may still use it."""

MOST_KEYS = 4

PublicKey = dict[str, object]
"""A public key as a JWK. The member `exp` says until when a replaced key is in the set, in seconds since the epoch."""

_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""The order of the curve P-256 (SEC 2 §2.4.2)."""

_PUBLIC_MEMBERS = ("kty", "crv", "x", "y", "alg", "use", "kid")


def build_client_key(entropy: bytes) -> SigningKey:
    """Return the key that belongs to 64 random bytes: so many more than the order that each key is equally likely."""
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key  # noqa: PLC0415  # as in
    from joserfc.jwk import ECKey  # noqa: PLC0415  # `operator_keys`: most processes need neither

    number = int.from_bytes(entropy, "big") % (_ORDER - 1) + 1
    key = ECKey(derive_private_key(number, SECP256R1()), None)
    return SigningKey((CLIENT_KEY_ALGORITHM,), key, {"kid": key.thumbprint()})


def format_public_key(key: SigningKey) -> PublicKey:
    """Return the public part of a key, with its identifier (RFC 7638)."""
    members = {**key.key.as_dict(private=False), "alg": CLIENT_KEY_ALGORITHM, "use": "sig", **key.header}
    return {name: members[name] for name in _PUBLIC_MEMBERS}


def parse_keys(text: str | None) -> list[PublicKey]:
    """Return the keys of a stored set; nothing for a text that contains none."""
    try:
        members = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return []
    keys = members.get("keys") if isinstance(members, dict) else None
    return [each for each in keys if isinstance(each, dict)] if isinstance(keys, list) else []


def add_key(stored: Sequence[PublicKey], public: PublicKey, now: float) -> list[PublicKey]:
    """Return the set with a key as the present one. The keys that it replaces stay in it for `RETIREMENT`."""
    others = [each for each in stored if each.get("kid") != public["kid"]]
    replaced = [{**each, "exp": each.get("exp", int(now) + RETIREMENT)} for each in others]
    return [public, *(each for each in replaced if _is_in_use(each, now))][:MOST_KEYS]


def list_published(stored: Sequence[PublicKey], now: float) -> list[PublicKey]:
    """Return the keys that anyone may see: those in use, with the members of a public key alone."""
    used = (each for each in stored if _is_in_use(each, now))
    return [{name: each[name] for name in _PUBLIC_MEMBERS if name in each} for each in used]


def _is_in_use(key: PublicKey, now: float) -> bool:
    ends = key.get("exp")
    return ends is None or (isinstance(ends, int) and ends > now)
