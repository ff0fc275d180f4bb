"""Token requests as values: what is sent, to be sent by somebody else.

RFC 6749 §4.1.3, §4.3.2, §4.4.2, §6, §3.3; RFC 7636 §4.5; RFC 8707 §2.2.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from pydantic import SecretStr

from oauth_connector.oauth.client_auth.methods import authenticate
from oauth_connector.oauth.token import Client

RESERVED_PARAMETERS = frozenset(
    {
        "grant_type",
        "client_id",
        "client_secret",
        "client_assertion",
        "client_assertion_type",
        "username",
        "password",
        "scope",
        "audience",
        "resource",
        "code",
        "redirect_uri",
        "code_verifier",
        "refresh_token",
        "assertion",
        "device_code",
        "subject_token",
        "subject_token_type",
        "actor_token",
        "actor_token_type",
    }
)
"""Parameters that have a field of their own, or belong to another grant: not to be given as extra ones."""


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """The client asks on its own behalf (RFC 6749 §4.4)."""


@dataclass(frozen=True, slots=True)
class Password:
    """The client hands over a person's name and password (RFC 6749 §4.3)."""

    username: SecretStr
    password: SecretStr


@dataclass(frozen=True, slots=True)
class AuthorizationCode:
    """The client presents what a person's browser brought back (RFC 6749 §4.1.3), once and never again (§4.1.2).

    `redirect_uri` is that of the authorization request, to the byte; `verifier` is there where a challenge was sent.
    """

    code: SecretStr
    redirect_uri: str
    verifier: SecretStr | None = None


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """The client presents a refresh token (RFC 6749 §6); scopes are left out, and so stay as they were granted."""

    token: SecretStr


Grant = ClientCredentials | Password | AuthorizationCode | RefreshToken


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a request carries beside grant and client; `separator` joins the scopes on the wire."""

    scopes: tuple[str, ...] = ()
    separator: str = " "
    audience: str | None = None
    resources: tuple[str, ...] = ()
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SendWindow:
    """When a request may be made, in seconds since the epoch: begun by `latest` or never, and given up at `until`."""

    latest: float
    until: float


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """A POST to a token endpoint, whole, and when it may be made, where that matters."""

    url: str
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: bytes = field(repr=False)
    term: SendWindow | None = None


def token_request(url: str, grant: Grant, client: Client, parameters: Parameters) -> TokenRequest:
    """Build the request: a form in UTF-8 (RFC 6749 App. B), no name twice but `resource`, no empty value (§3.2).

    Raises `ValueError` for a reserved name among the extra parameters, and for a missing client secret.
    """
    reserved = sorted(RESERVED_PARAMETERS & parameters.extra.keys())
    if reserved:
        raise ValueError(f"reserved parameter: {reserved[0]}")
    headers, credentials = authenticate(client)
    pairs = [*_of_grant(grant), *credentials, *_of_parameters(parameters)]
    return TokenRequest(
        url=url,
        headers=(
            ("Accept", "application/json"),
            ("Content-Type", "application/x-www-form-urlencoded"),
            *headers,
        ),
        body=urlencode([(name, value) for name, value in pairs if value]).encode(),
    )


def split_scope(text: str) -> tuple[str, ...]:
    """Split scopes as people paste them: by commas, white space, or both."""
    return tuple(dict.fromkeys(scope for scope in re.split(r"[\s,]+", text) if scope))


def _of_grant(grant: Grant) -> Iterator[tuple[str, str]]:
    match grant:
        case ClientCredentials():
            yield "grant_type", "client_credentials"
        case Password(username, password):
            yield "grant_type", "password"
            yield "username", username.get_secret_value()
            yield "password", password.get_secret_value()
        case AuthorizationCode(code, redirect_uri, verifier):
            yield "grant_type", "authorization_code"
            yield "code", code.get_secret_value()
            yield "redirect_uri", redirect_uri
            yield "code_verifier", verifier.get_secret_value() if verifier else ""
        case RefreshToken(token):
            yield "grant_type", "refresh_token"
            yield "refresh_token", token.get_secret_value()


def _of_parameters(parameters: Parameters) -> Iterator[tuple[str, str]]:
    yield "scope", parameters.separator.join(parameters.scopes)
    yield "audience", parameters.audience or ""
    for resource in parameters.resources:
        yield "resource", resource
    yield from sorted(parameters.extra.items())
