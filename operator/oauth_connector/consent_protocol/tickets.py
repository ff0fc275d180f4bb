"""Tickets and confirmation codes: what only one person can know.

A ticket is in the link that the requester opens, a confirmation code on the last page that the browser shows. The first
says that the browser belongs to whoever asked; the second that whoever asked sees that browser.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable

TICKET = re.compile("[A-Za-z0-9_-]{43}")
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ALIKE = str.maketrans({"I": "1", "L": "1", "O": "0", "U": "V"})

Randomness = Callable[[int], bytes]
"""Gives so many random bytes, such as `secrets.token_bytes`."""


def new_ticket(randomness: Randomness) -> str:
    """Make a ticket: 32 random bytes as base64url, 43 characters."""
    return base64.urlsafe_b64encode(randomness(32)).rstrip(b"=").decode()


def ticket_hash(ticket: str) -> str:
    """Give what the consent holds of a ticket: `sha256:` and the hash of its text."""
    return f"sha256:{hashlib.sha256(ticket.encode()).hexdigest()}"


def is_ticket_of(ticket: str, held: str) -> bool:
    """Tell in constant time whether a ticket is the one whose hash is held."""
    return TICKET.fullmatch(ticket) is not None and hmac.compare_digest(ticket_hash(ticket).encode(), held.encode())


def new_confirmation(randomness: Randomness) -> str:
    """Make a confirmation code such as `K7QF-2M9P`: 40 random bits in Crockford's base 32."""
    bits = int.from_bytes(randomness(5))
    letters = "".join(_ALPHABET[bits >> shift & 31] for shift in range(35, -5, -5))
    return f"{letters[:4]}-{letters[4:]}"


def normalised(confirmation: str) -> str:
    """Read a code as a person types it: in any case, with or without its dash, `O` for `0`, `I` and `L` for `1`."""
    letters = re.sub(r"[\s-]", "", confirmation).upper().translate(_ALIKE)
    return f"{letters[:4]}-{letters[4:]}"
