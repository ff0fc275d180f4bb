"""The authorization response of a user, as the consent server and `kubectl oauth` pass it to the operator."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import SecretStr


@dataclass(frozen=True, slots=True)
class ConsentResponse:
    """An authorization response: the code, and the ticket, which proves who opened the link.

    `parameters` are those of the redirect that the operator requested. Where the user or the provider denied access,
    `error` is `access_denied` (RFC 6749 §4.1.2.1), and the code is empty.
    """

    code: SecretStr
    ticket: SecretStr
    confirmation: str
    iss: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    error: str = ""


class UnsealError(Exception):
    """The sealed text was not made for this key, or contains no response."""
