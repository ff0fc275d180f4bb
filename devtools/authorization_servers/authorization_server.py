"""A real authorization server that is running: its addresses, its clients and people, what its tokens are worth."""

import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr

from devtools.authorization_servers.registrations import (
    LIFETIME,
    SCOPES,
    TERMS,
    Authentication,
    Person,
    RegisteredClient,
    Registration,
    Routes,
)
from devtools.authorization_servers.token_inspection import present
from devtools.authorization_servers.token_journal import Presentation, presentations
from devtools.local.server_process import ServerProcess


@dataclass(frozen=True, slots=True)
class AuthorizationServer:
    """One on 127.0.0.1. `client` and `person` are there from the start; a test adds its own, and may change them."""

    process: ServerProcess
    issuer: str
    routes: Routes
    client: RegisteredClient
    person: Person
    ca: Path | None
    scopes: tuple[str, ...] = SCOPES

    @property
    def port(self) -> int:
        """The port on 127.0.0.1."""
        return urlsplit(self.issuer).port or 0

    @property
    def authorization_url(self) -> str:
        """The authorization endpoint, where a person's browser is sent."""
        return self.issuer + self.routes.authorize

    @property
    def token_url(self) -> str:
        """The token endpoint."""
        return self.issuer + self.routes.issue

    @property
    def introspection_url(self) -> str:
        """Where to ask what a token is worth (RFC 7662)."""
        return self.issuer + self.routes.introspect

    @property
    def revocation_url(self) -> str:
        """Where to end a token (RFC 7009)."""
        return self.issuer + self.routes.revoke

    @property
    def client_id(self) -> str:
        """The id of the client that is there from the start."""
        return self.client.id

    @property
    def client_secret(self) -> SecretStr:
        """The first secret of that client."""
        return self.client.secret

    @property
    def username(self) -> str:
        """The name of the person who is there from the start."""
        return self.person.username

    @property
    def password(self) -> SecretStr:
        """The first password of that person."""
        return self.person.password

    def register(
        self,
        *,
        secret: str | None = None,
        authentication: Authentication = "client_secret_basic",
        lifetime: int = LIFETIME,
        redirect_uris: Sequence[str] = (),
        consent_policy: Registration = TERMS,
    ) -> RegisteredClient:
        """Add a client with an id of its own, and a random secret unless one is given or it is public."""
        client = RegisteredClient(
            f"client-{secrets.token_hex(4)}",
            SecretStr("") if authentication == "none" else secret_or_random(secret),
            authentication,
            lifetime,
            tuple(redirect_uris),
            consent_policy,
        )
        self.put_client(client)
        return client

    def change_secret(self, client: RegisteredClient, secret: str | None = None) -> RegisteredClient:
        """Replace a client's secret; the old one is refused from now on."""
        changed = replace(client, secret=secret_or_random(secret))
        self.put_client(changed)
        return changed

    def enroll(self, password: str | None = None) -> Person:
        """Add a person with a name of their own, and a random password unless one is given."""
        person = Person(f"person-{secrets.token_hex(4)}", secret_or_random(password))
        self.put_person(person)
        return person

    def change_password(self, person: Person, password: str | None = None) -> Person:
        """Replace a person's password; the old one is refused from now on."""
        changed = replace(person, password=secret_or_random(password))
        self.put_person(changed)
        return changed

    def put_client(self, client: RegisteredClient) -> None:
        """Let the server know exactly this client, be it new or changed."""
        details = {
            "id": client.id,
            "secret": client.secret.get_secret_value(),
            "authentication": client.authentication,
            "lifetime": client.lifetime,
            "redirect_uris": client.redirect_uris,
            "terms": asdict(client.consent_policy),
            "inspector": self.client.id,
        }
        self.process.ask({"register": details})

    def put_person(self, person: Person) -> None:
        """Let the server know exactly this person, be they new or changed."""
        self.process.ask({"enroll": {"username": person.username, "password": person.password.get_secret_value()}})

    def withdraw(self, person: Person, client: RegisteredClient | None = None) -> None:
        """End what a person has granted, to one client or to all, as people do at their account's page."""
        self.process.ask({"withdraw": {"username": person.username, "client": client and client.id}})

    def delay(self, client: RegisteredClient, seconds: float) -> None:
        """Hold back oidc-provider's answers to codes and refresh tokens, which are spent all the while.

        0 lets those go that are held back.
        """
        self.process.ask({"delay": {"client": client.id, "seconds": seconds}})

    def journal(self, client: RegisteredClient | None = None) -> tuple[Presentation, ...]:
        """Give what oidc-provider saw of codes and refresh tokens, of a client or of all, in the order of verdicts."""
        return presentations(self.process.ask({"journal": {"client": client and client.id}}))

    def is_live(self, token: SecretStr) -> bool:
        """Ask the server whether an access token of any of its clients is good now (RFC 7662)."""
        return present(token, self.introspection_url, self.client, self.ca).get("active") is True

    def revoke(self, token: SecretStr, client: RegisteredClient | None = None) -> None:
        """End an access token or a refresh token (RFC 7009) of a client, by default of the first."""
        present(token, self.revocation_url, client or self.client, self.ca)


def secret_or_random(given: str | None) -> SecretStr:
    """Give a secret of 24 random bytes, as text, unless there is one."""
    return SecretStr(secrets.token_urlsafe(24) if given is None else given)
