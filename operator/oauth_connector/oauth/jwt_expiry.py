"""What is read of a JWT without its key: the expiry of an access token. The signature is not checked."""

import binascii
import json
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from typing import Any

from oauth_connector.oauth.points_in_time import parse_number

LONGEST_CLAIMS = 64 * 1024
"""Characters of the claims that are read."""


def read_jwt_expiry(token: object) -> float | None:
    """Read claim `exp` (RFC 7519 §4.1.4), in seconds since the epoch; `None` where the token is no JWT, or has none.

    A client should not look into an access token (RFC 9068 §6): its form may change at any time. So this is only for a
    response without a lifetime.
    """
    return parse_number(read_jwt_claims(token).get("exp"))


def read_jwt_claims(token: object) -> Mapping[str, Any]:
    """Read the claims of a JWT (RFC 7519 §4); none where the token is no JWT."""
    parts = token.split(".") if isinstance(token, str) else []
    if len(parts) != 3 or len(parts[1]) > LONGEST_CLAIMS:  # noqa: PLR2004  # header, claims, signature
        return {}
    try:
        claims = json.loads(urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return {}
    return claims if isinstance(claims, dict) else {}
