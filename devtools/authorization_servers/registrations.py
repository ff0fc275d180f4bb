"""Configuration of an authorization server of the tests and the demo: its certificate, clients and users."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pydantic import SecretStr

SCOPES = ("read", "write", "profile")
LIFETIME = 60

Authentication = Literal[
    "client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt", "tls_client_auth", "none"
]  # as RFC 7591 §2 names them


@dataclass(frozen=True, slots=True)
class TLS:
    """Paths of PEM files: the server's certificate and key, and the CA certificate for its clients."""

    certificate: Path
    key: Path
    ca: Path


@dataclass(frozen=True, slots=True)
class TokenPolicy:
    """How oidc-provider treats a client's codes and refresh tokens; times in seconds. Canaille has fixed rules instead.

    A used refresh token is accepted again during `grace`, with another successor each time. After the grace period its
    use revokes the grant. With `sends_refresh_lifetime`, token responses contain `refresh_token_expires_in`.
    """

    pkce_required: bool = True
    rotates: bool = True
    grace: float = 0.0
    refresh_lifetime: int = 86_400
    sends_refresh_lifetime: bool = False


DEFAULT_POLICY = TokenPolicy()


@dataclass(frozen=True, slots=True)
class RegisteredClient:
    """A client of the server; `lifetime` of its access tokens in seconds. A public client has an empty secret.

    A client with redirect URIs may use the authorization code grant. `metadata` are further members of its registration
    at oidc-provider (RFC 7591 §2), such as `jwks`.
    """

    id: str
    secret: SecretStr
    authentication: Authentication = "client_secret_basic"
    lifetime: int = LIFETIME
    redirect_uris: tuple[str, ...] = ()
    token_policy: TokenPolicy = DEFAULT_POLICY
    metadata: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RegisteredUser:
    """A user who can log in."""

    username: str
    password: SecretStr


@dataclass(frozen=True, slots=True)
class Routes:
    """Paths of a server: `base` is that of the issuer; the others are its endpoints, below that path."""

    base: str
    authorize: str
    issue: str
    introspect: str
    revoke: str
