"""What an authorization server of the tests and of the demo is given: its certificate, its clients, its people."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import SecretStr

SCOPES = ("read", "write", "profile")
LIFETIME = 60

Authentication = Literal["client_secret_basic", "client_secret_post", "none"]  # as RFC 7591 §2 names them


@dataclass(frozen=True, slots=True)
class TLS:
    """Paths of PEM files: what the server shows, and what a client has to trust."""

    certificate: Path
    key: Path
    ca: Path


@dataclass(frozen=True, slots=True)
class Registration:
    """How oidc-provider treats a client's codes and refresh tokens; times in seconds. Canaille has terms of its own.

    A refresh token that was used goes on being accepted for `grace`, with another successor each time; after that, or
    with none, its use ends the whole grant. `refresh_lifetime_told` puts `refresh_token_expires_in` into answers.
    """

    pkce_required: bool = True
    rotates: bool = True
    grace: float = 0.0
    refresh_lifetime: int = 86_400
    refresh_lifetime_told: bool = False


TERMS = Registration()


@dataclass(frozen=True, slots=True)
class RegisteredClient:
    """A client that the server knows; `lifetime` of its access tokens in seconds. A public one has an empty secret.

    With redirect URIs it may ask people for their consent, and get codes.
    """

    id: str
    secret: SecretStr
    authentication: Authentication = "client_secret_basic"
    lifetime: int = LIFETIME
    redirect_uris: tuple[str, ...] = ()
    consent_policy: Registration = TERMS


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can log in."""

    username: str
    password: SecretStr


@dataclass(frozen=True, slots=True)
class Routes:
    """Paths of a kind of server: its issuer's; below that where people consent, and tokens are issued, tried, ended."""

    base: str
    authorize: str
    issue: str
    introspect: str
    revoke: str
