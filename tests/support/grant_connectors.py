"""Connectors that hold a grant at a real authorization server, each as a client of its own on terms of its own."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr

from devtools.authorization_servers.authorization_server import AuthorizationServer
from devtools.authorization_servers.registrations import RegisteredClient, TokenPolicy
from devtools.authorization_servers.token_journal import Presentation, at_once, stale_presentations
from tests.interop.consenting import REDIRECT_URI, Asking
from tests.support.cluster import Namespace, until
from tests.support.manual_consent import ManualConsent

PUBLIC_URL = "https://connect.example.com"
GRACE = TokenPolicy(grace=3600)
STRICT = TokenPolicy()
CONSENTING = {"scopes": ["read", "write", "offline_access"], "authorizationCode": {"parameters": {"prompt": "consent"}}}

Through = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class GrantConnector:
    """A connector with its client; `name` is the connector's."""

    namespace: Namespace
    server: AuthorizationServer
    name: str
    client: RegisteredClient

    @property
    def journal(self) -> tuple[Presentation, ...]:
        """What the server saw of its codes and refresh tokens."""
        return self.server.journal(self.client)

    @property
    def presented(self) -> list[int | None]:
        """The refresh tokens that came, by their serials, in order."""
        return [entry.serial for entry in self.journal if entry.kind == "refresh"]

    @property
    def codes(self) -> list[str]:
        """What became of the codes that came after the one that a seed was got with."""
        return [entry.result for entry in self.journal if entry.kind == "code"]

    def keeps_the_rules(self) -> None:
        """See that no token was in flight twice at once, and none was sent after its successor had been used."""
        assert at_once(self.journal) == [], self.name
        assert stale_presentations(self.journal) == [], self.name

    async def conditions(self) -> dict[str, str]:
        """Return the connector's conditions."""
        return await self.namespace.conditions(self.name)

    async def consents(self) -> ManualConsent:
        """Let a person consent, and wait until the code is exchanged."""
        consent = await self.answers()
        await consent.confirm()
        await consent.comes_to("Authorized")
        return consent

    async def answers(self) -> ManualConsent:
        """Let a person consent, up to the code that the last page shows."""
        consent = await ManualConsent.create(self.namespace, self.name)
        await consent.answer(self.server)
        await consent.comes_to("AwaitingConfirmation")
        return consent

    async def ask_for_a_refresh(self, text: str) -> None:
        """Ask by annotation."""
        annotations = {"oauthconnector.dev/refresh-requested-at": text}
        await self.namespace.edit("oauthconnectors", self.name, {"metadata": {"annotations": annotations}})

    async def refreshes(self, text: str) -> None:
        """Ask by annotation, and wait until it is done and nothing is in the way any more."""
        await self.ask_for_a_refresh(text)
        await self.handles(text)
        await self.shows(Ready="TokenIssued")

    async def handles(self, text: str) -> None:
        """Wait until a refresh that was asked for has been tried."""

        async def handled() -> bool:
            return (await self.status()).get("lastHandledRefresh") == text

        await until(handled, within=45)

    async def shows(self, **reasons: str) -> None:
        """Wait until the conditions are exactly these."""
        await self.namespace.shows(self.name, within=45, **reasons)

    async def status(self) -> dict[str, Any]:
        """Return the connector's status."""
        found = await self.namespace.get("oauthconnectors", self.name) or {}
        return dict(found.get("status") or {})

    async def grant(self) -> dict[str, Any]:
        """Return what the state Secret tells of the grant, without a secret value."""
        values = await self.namespace.values(f"{self.name}-oauth-state") or {}
        return {**json.loads(values.get("grant.json", "{}")), "renewable": "refresh_token" in values}

    async def is_well(self) -> bool:
        """Return whether pods read the token that is kept, and the server knows it."""
        shown = await self.namespace.token(f"{self.name}-token")
        kept = await self.namespace.token(f"{self.name}-oauth-state")
        return shown is not None and shown == kept and self.server.is_live(SecretStr(shown))


@dataclass(frozen=True, slots=True)
class GrantConnectorFactory:
    """Where holders are made: a namespace and a server; `through` leads to the server by way of a proxy."""

    namespace: Namespace
    server: AuthorizationServer
    through: Through = str

    async def seeded(
        self, name: str, token_policy: TokenPolicy = STRICT, lifetime: int = 600, **changes: Any
    ) -> GrantConnector:
        """Create a connector with a refresh token that a person has got elsewhere."""
        holder = await self._holder(name, token_policy, lifetime)
        first = await Asking(self.server, holder.client).token()
        assert first.refresh_token is not None
        await self.namespace.add_secret(f"{name}-seed", refresh_token=first.refresh_token.get_secret_value())
        seed = {"refreshToken": {"secretRef": {"name": f"{name}-seed"}}}
        await self.namespace.add_connector(name, self._spec(holder, "RefreshToken") | seed | changes)
        return holder

    async def waiting(
        self, name: str, token_policy: TokenPolicy = STRICT, lifetime: int = 600, **changes: Any
    ) -> GrantConnector:
        """Create a connector that waits for a person's consent."""
        holder = await self._holder(name, token_policy, lifetime)
        await self.namespace.add_connector(name, self._spec(holder, "AuthorizationCode") | CONSENTING | changes)
        return holder

    async def by_password(
        self, name: str, token_policy: TokenPolicy = STRICT, lifetime: int = 600, **changes: Any
    ) -> GrantConnector:
        """Create a connector with a person's password."""
        holder = await self._holder(name, token_policy, lifetime)
        person = self.server.enroll("c4n4ry-password")
        await self.namespace.add_secret(f"{name}-person", password="c4n4ry-password")
        own = {"username": person.username, "passwordSecretRef": {"name": f"{name}-person"}}
        spec = self._spec(holder, "Password") | {"password": own, "scopes": ["read", "offline_access"]} | changes
        await self.namespace.add_connector(name, spec)
        return holder

    async def _holder(self, name: str, token_policy: TokenPolicy, lifetime: int) -> GrantConnector:
        hosted = f"{PUBLIC_URL}/oauth/callback/{self.namespace.name}/{name}"
        client = self.server.register(
            secret="c4n4ry-client-secret",
            lifetime=lifetime,
            redirect_uris=[REDIRECT_URI, hosted],
            token_policy=token_policy,
        )
        await self.namespace.add_secret(f"{name}-client", client_secret="c4n4ry-client-secret")
        return GrantConnector(self.namespace, self.server, name, client)

    def _spec(self, holder: GrantConnector, grant_type: str) -> dict[str, Any]:
        provider = {
            "tokenURL": self.through(self.server.token_url),
            "authorizationURL": self.server.authorization_url,
            "revocationURL": self.through(self.server.revocation_url),
        }
        if grant_type != "AuthorizationCode":
            del provider["authorizationURL"]
        client = {"id": holder.client.id, "secretRef": {"name": f"{holder.name}-client"}}
        return {"grantType": grant_type, "provider": provider, "client": client}
