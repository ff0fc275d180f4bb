"""The expiry in an access token that is a JWT. The signature is not checked: nothing but a time is taken from it."""

import binascii
import json
from base64 import urlsafe_b64decode

from oauth_connector.oauth.points_in_time import parse_number

LONGEST_CLAIMS = 64 * 1024
"""Characters of the claims that are read."""


def read_jwt_expiry(token: object) -> float | None:
    """Read claim `exp` (RFC 7519 §4.1.4), in seconds since the epoch; `None` where the token is no JWT, or has none.

    A client should not look into an access token (RFC 9068 §6): its form may change at any time. So this is only for a
    response without a lifetime.
    """
    parts = token.split(".") if isinstance(token, str) else []
    if len(parts) != 3 or len(parts[1]) > LONGEST_CLAIMS:  # noqa: PLR2004  # header, claims, signature
        return None
    try:
        claims = json.loads(urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return None
    return parse_number(claims.get("exp")) if isinstance(claims, dict) else None
