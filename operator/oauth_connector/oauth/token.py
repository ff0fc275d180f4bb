"""HTTP responses and access tokens as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import SecretStr

from oauth_connector.oauth.lifetimes import LifetimeSource
from oauth_connector.oauth.signals import Symptom

NO_ACCESS_TOKEN = "N_A"  # the name of a type
"""The type of a token that is not used as an access token, such as an ID token (RFC 8693 §2.2.1)."""


@dataclass(frozen=True, slots=True)
class HTTPResponse:
    """A response as it was received (RFC 9110 §3.4): header names in lower case.

    `truncated` means that the body was longer than the limit, `interruption` states why it may have more than has
    arrived: the connection was lost, or the time was over.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    truncated: bool = False
    interruption: Symptom | None = None


@dataclass(frozen=True, slots=True)
class Token:
    """A successful token response (RFC 6749 §5.1).

    `lifetime` and `refresh_lifetime` are in seconds, `None` where the response has no plausible one;
    `lifetime_source` states how the former was found. `fields` are the wanted scalar members of the response by name,
    as text; `offered` are the names of all of them.
    """

    access_token: SecretStr
    token_type: str
    lifetime: int | None
    scope: tuple[str, ...] | None = None
    refresh_token: SecretStr | None = None
    fields: Mapping[str, SecretStr] = field(default_factory=dict)
    refresh_lifetime: int | None = None
    lifetime_source: LifetimeSource | None = None
    offered: tuple[str, ...] = ()
