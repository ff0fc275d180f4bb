"""Tickets and confirmation codes: the two secrets of a flow.

A ticket is in the link that the requester opens. It proves that the browser belongs to the requester. A confirmation
code is on the last page. It proves that the requester sees this browser.
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
"""Returns a number of random bytes, such as `secrets.token_bytes`."""


def new_ticket(randomness: Randomness) -> str:
    """Return a new ticket: 32 random bytes as base64url, 43 characters."""
    return base64.urlsafe_b64encode(randomness(32)).rstrip(b"=").decode()


def ticket_hash(ticket: str) -> str:
    """Return the hash of a ticket for the spec of a consent: `sha256:` and hexadecimal digits."""
    return f"sha256:{hashlib.sha256(ticket.encode()).hexdigest()}"


def is_ticket_of(ticket: str, expected_hash: str) -> bool:
    """Return whether a ticket has a hash, in constant time."""
    return TICKET.fullmatch(ticket) is not None and hmac.compare_digest(
        ticket_hash(ticket).encode(), expected_hash.encode()
    )


def new_confirmation(randomness: Randomness) -> str:
    """Return a new confirmation code such as `K7QF-2M9P`: 40 random bits in Crockford's base 32."""
    bits = int.from_bytes(randomness(5))
    letters = "".join(_ALPHABET[bits >> shift & 31] for shift in range(35, -5, -5))
    return f"{letters[:4]}-{letters[4:]}"


def normalize_confirmation(confirmation: str) -> str:
    """Return a typed code in its normal form: upper case, with its dash, `0` for `O`, `1` for `I` and `L`."""
    letters = re.sub(r"[\s-]", "", confirmation).upper().translate(_ALIKE)
    return f"{letters[:4]}-{letters[4:]}"
