"""Which account was connected, as far as an answer tells: for people to recognise, never to decide by."""

import base64
import json
from collections.abc import Mapping

from pydantic import SecretStr

_NAMES = ("email", "preferred_username", "upn", "login", "name", "sub")
LONGEST = 256


def account(fields: Mapping[str, SecretStr]) -> str | None:
    """Give the account out of an ID token (OpenID Connect Core §2); nothing where there is none or it makes no sense.

    The token came straight from the token endpoint over TLS, which stands for its signature (§3.1.3.7); it is shown and
    nothing else.
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
