"""Names of members that hold a secret, however they are spelled: `refresh_token`, `refreshToken`, `Refresh-Token`."""

import re

REFRESH_TOKEN = "refreshtoken"  # a name
ID_TOKEN = "idtoken"  # a name
ACCESS_TOKEN = "accesstoken"  # a name


def spell_name(letters: str, others: str = "[^A-Za-z]*") -> str:
    """Return the expression, of RE2 and Python, of a name with these letters in any case, and others between them."""
    return others + "".join(f"[{letter.upper()}{letter}]{others}" for letter in letters)


_LAST_PART = re.compile(rf"(.*[:/#])?{spell_name(REFRESH_TOKEN, '[^A-Za-z:/#]*')}")


def is_refresh_token_type(kind: object) -> bool:
    """Return whether a token type (RFC 8693 §3) is that of refresh tokens: it ends with that name."""
    return isinstance(kind, str) and _LAST_PART.fullmatch(kind) is not None


REFRESH_TOKEN_TYPE = _LAST_PART.pattern
