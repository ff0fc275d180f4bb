"""A running authorization server: its addresses, clients, users, and the state of its tokens."""

import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr

from devtools.authorization_servers.registrations import (
    DEFAULT_POLICY,
    LIFETIME,
    SCOPES,
    Authentication,
    RegisteredClient,
    RegisteredUser,
    Routes,
    TokenPolicy,
)
from devtools.authorization_servers.token_inspection import present
from devtools.authorization_servers.token_journal import Presentation, presentations
from devtools.local.server_process import ServerProcess


@dataclass(frozen=True, slots=True)
class AuthorizationServer:
    """A server on 127.0.0.1. `client` and `user` exist from the start; a test can register and change others."""

    process: ServerProcess
    issuer: str
    routes: Routes
    client: RegisteredClient
    user: RegisteredUser
    ca: Path | None
    scopes: tuple[str, ...] = SCOPES

    @property
    def port(self) -> int:
        """The port on 127.0.0.1."""
        return urlsplit(self.issuer).port or 0

    @property
    def authorization_url(self) -> str:
        """The authorization endpoint, to which the user's browser is sent."""
        return self.issuer + self.routes.authorize

    @property
    def token_url(self) -> str:
        """The token endpoint."""
        return self.issuer + self.routes.issue

    @property
    def device_url(self) -> str:
        """The device authorization endpoint of oidc-provider (RFC 8628)."""
        return f"{self.issuer}/device/auth"

    @property
    def introspection_url(self) -> str:
        """The introspection endpoint (RFC 7662)."""
        return self.issuer + self.routes.introspect

    @property
    def revocation_url(self) -> str:
        """The revocation endpoint (RFC 7009)."""
        return self.issuer + self.routes.revoke

    @property
    def client_id(self) -> str:
        """The id of the first client."""
        return self.client.id

    @property
    def client_secret(self) -> SecretStr:
        """The initial secret of the first client."""
        return self.client.secret

    @property
    def username(self) -> str:
        """The name of the first user."""
        return self.user.username

    @property
    def password(self) -> SecretStr:
        """The initial password of the first user."""
        return self.user.password

    def register(
        self,
        *,
        secret: str | None = None,
        authentication: Authentication = "client_secret_basic",
        lifetime: int = LIFETIME,
        redirect_uris: Sequence[str] = (),
        token_policy: TokenPolicy = DEFAULT_POLICY,
    ) -> RegisteredClient:
        """Register a client with a new id; its secret is random unless one is given or the client is public."""
        client = RegisteredClient(
            f"client-{secrets.token_hex(4)}",
            SecretStr("") if authentication == "none" else secret_or_random(secret),
            authentication,
            lifetime,
            tuple(redirect_uris),
            token_policy,
        )
        self.put_client(client)
        return client

    def change_secret(self, client: RegisteredClient, secret: str | None = None) -> RegisteredClient:
        """Replace a client's secret; the server refuses the old one from now on."""
        changed = replace(client, secret=secret_or_random(secret))
        self.put_client(changed)
        return changed

    def enroll(self, password: str | None = None) -> RegisteredUser:
        """Register a user with a new name; the password is random unless one is given."""
        user = RegisteredUser(f"user-{secrets.token_hex(4)}", secret_or_random(password))
        self.put_user(user)
        return user

    def change_password(self, user: RegisteredUser, password: str | None = None) -> RegisteredUser:
        """Replace a user's password; the server refuses the old one from now on."""
        changed = replace(user, password=secret_or_random(password))
        self.put_user(changed)
        return changed

    def put_client(self, client: RegisteredClient) -> None:
        """Register this client, or replace the one with its id."""
        details = {
            "id": client.id,
            "secret": client.secret.get_secret_value(),
            "authentication": client.authentication,
            "lifetime": client.lifetime,
            "redirect_uris": client.redirect_uris,
            "terms": asdict(client.token_policy),
            "metadata": dict(client.metadata),
            "inspector": self.client.id,
        }
        self.process.ask({"register": details})

    def put_user(self, user: RegisteredUser) -> None:
        """Register this user, or replace the one with that name."""
        self.process.ask({"enroll": {"username": user.username, "password": user.password.get_secret_value()}})

    def withdraw(self, user: RegisteredUser, client: RegisteredClient | None = None) -> None:
        """Revoke the grants of a user, to one client or to all, as the user can do on an account page."""
        self.process.ask({"withdraw": {"username": user.username, "client": client and client.id}})

    def delay(self, client: RegisteredClient, seconds: float) -> None:
        """Delay the responses of oidc-provider to codes and refresh tokens; the request spends them at once.

        0 releases the responses that are delayed now.
        """
        self.process.ask({"delay": {"client": client.id, "seconds": seconds}})

    def journal(self, client: RegisteredClient | None = None) -> tuple[Presentation, ...]:
        """Return the requests with codes and refresh tokens, of one client or all, in the order of their results."""
        return presentations(self.process.ask({"journal": {"client": client and client.id}}))

    def is_live(self, token: SecretStr) -> bool:
        """Return whether an access token of any client is active now (RFC 7662)."""
        return present(token, self.introspection_url, self.client, self.ca).get("active") is True

    def revoke(self, token: SecretStr, client: RegisteredClient | None = None) -> None:
        """Revoke an access token or refresh token (RFC 7009) of a client, by default of the first."""
        present(token, self.revocation_url, client or self.client, self.ca)


def secret_or_random(given: str | None) -> SecretStr:
    """Return the given secret, or else 24 random bytes as text."""
    return SecretStr(secrets.token_urlsafe(24) if given is None else given)
