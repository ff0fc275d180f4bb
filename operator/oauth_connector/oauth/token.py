"""HTTP responses and access tokens as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import SecretStr


@dataclass(frozen=True, slots=True)
class HTTPResponse:
    """An answer as it came: header names in lower case, the body as bytes, `truncated` where it was over the cap."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class Token:
    """A successful token response (RFC 6749 §5.1).

    `lifetime` and `refresh_lifetime` are in seconds, `None` where the provider told none that makes sense; `fields` are
    the scalar members of the response by name, as text.
    """

    access_token: SecretStr
    token_type: str
    lifetime: int | None
    scope: tuple[str, ...] | None = None
    refresh_token: SecretStr | None = None
    fields: Mapping[str, SecretStr] = field(default_factory=dict)
    refresh_lifetime: int | None = None
