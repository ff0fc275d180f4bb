"""The words of OAuth 2.0 that the rest of the house uses: grants, clients, answers, tokens."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pydantic import SecretStr


class GrantType(StrEnum):
    """How a token is asked for."""

    CLIENT_CREDENTIALS = "ClientCredentials"
    """RFC 6749 §4.4."""
    PASSWORD = "Password"
    """RFC 6749 §4.3."""
    AUTHORIZATION_CODE = "AuthorizationCode"
    """RFC 6749 §4.1."""
    REFRESH_TOKEN = "RefreshToken"
    """RFC 6749 §6, with a refresh token that a person brings."""


class ClientAuthentication(StrEnum):
    """How the client proves itself at the token endpoint (RFC 6749 §2.3)."""

    BASIC = "Basic"
    POST = "Post"
    NONE = "None"


class BasicEncoding(StrEnum):
    """What stands in the Basic header: form-encoded as RFC 6749 §2.3.1 says, or raw as some servers read it."""

    FORM = "Form"
    RAW = "Raw"


@dataclass(frozen=True, slots=True)
class Client:
    """A registered client."""

    id: str
    secret: SecretStr | None
    authentication: ClientAuthentication = ClientAuthentication.BASIC
    basic_encoding: BasicEncoding = BasicEncoding.FORM


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
