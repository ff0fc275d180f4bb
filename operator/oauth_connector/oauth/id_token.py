"""The account that was authorized, from an ID token: it is displayed and never decides anything."""

import base64
import json
from collections.abc import Mapping

from pydantic import SecretStr

_NAMES = ("email", "preferred_username", "upn", "login", "name", "sub")
LONGEST = 256


def read_account(fields: Mapping[str, SecretStr]) -> str | None:
    """Read the account from an ID token (OpenID Connect Core §2); `None` where there is none or it is malformed.

    The token was received from the token endpoint over TLS, which takes the place of its signature (§3.1.3.7).
    """
    token = fields.get("id_token")
    if token is None:
        return None
    try:
        payload = token.get_secret_value().split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        named = [claims.get(name) for name in _NAMES]
    except (IndexError, ValueError, AttributeError, RecursionError):
        return None
    found = next((name for name in named if isinstance(name, str) and name.isprintable() and name), None)
    return found[:LONGEST] if found else None
