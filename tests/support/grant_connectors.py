"""Connectors with a grant at a real authorization server, each with its own client and token policy."""

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
        """The codes and refresh tokens that the server received."""
        return self.server.journal(self.client)

    @property
    def presented(self) -> list[int | None]:
        """The serials of the refresh tokens that the server received, in order."""
        return [entry.serial for entry in self.journal if entry.kind == "refresh"]

    @property
    def codes(self) -> list[str]:
        """The results of the codes, without the code for the initial refresh token."""
        return [entry.result for entry in self.journal if entry.kind == "code"]

    def assert_no_stale_use(self) -> None:
        """Assert that no token was sent twice at once, and none after its successor had been used."""
        assert at_once(self.journal) == [], self.name
        assert stale_presentations(self.journal) == [], self.name

    async def conditions(self) -> dict[str, str]:
        """Return the connector's conditions."""
        return await self.namespace.conditions(self.name)

    async def authorize(self) -> ManualConsent:
        """Let a user consent, and wait until the code is exchanged."""
        consent = await self.submit_code()
        await consent.confirm()
        await consent.wait_for_reason("Authorized")
        return consent

    async def submit_code(self) -> ManualConsent:
        """Let a user consent, up to the confirmation code that the last page shows."""
        consent = await ManualConsent.create(self.namespace, self.name)
        await consent.answer(self.server)
        await consent.wait_for_reason("AwaitingConfirmation")
        return consent

    async def request_refresh(self, text: str) -> None:
        """Request a refresh by annotation."""
        await self.namespace.request_refresh(self.name, text)

    async def refresh(self, text: str) -> None:
        """Request a refresh by annotation, and wait until a token is issued."""
        await self.request_refresh(text)
        await self.wait_for_refresh(text)
        await self.wait_for_conditions(Ready="TokenIssued")

    async def wait_for_refresh(self, text: str) -> None:
        """Wait until the requested refresh has been tried."""

        async def handled() -> bool:
            return (await self.status()).get("lastHandledRefresh") == text

        await until(handled, within=45)

    async def wait_for_conditions(self, **reasons: str) -> None:
        """Wait until the conditions are exactly these."""
        await self.namespace.wait_for_conditions(self.name, within=45, **reasons)

    async def status(self) -> dict[str, Any]:
        """Return the connector's status."""
        found = await self.namespace.get("oauthconnectors", self.name) or {}
        return dict(found.get("status") or {})

    async def grant(self) -> dict[str, Any]:
        """Return what the state Secret contains about the grant, without a secret value."""
        values = await self.namespace.values(f"{self.name}-oauth-state") or {}
        return {**json.loads(values.get("grant.json", "{}")), "renewable": "refresh_token" in values}

    async def has_valid_token(self) -> bool:
        """Return whether the output Secret has the token of the state Secret, and the server accepts it."""
        shown = await self.namespace.token(f"{self.name}-token")
        kept = await self.namespace.token(f"{self.name}-oauth-state")
        return shown is not None and shown == kept and self.server.is_live(SecretStr(shown))


@dataclass(frozen=True, slots=True)
class GrantConnectorFactory:
    """Creates connectors in a namespace at a server; `through` maps the server's URLs to a proxy."""

    namespace: Namespace
    server: AuthorizationServer
    through: Through = str

    async def create_with_refresh_token(
        self, name: str, token_policy: TokenPolicy = STRICT, lifetime: int = 600, **changes: Any
    ) -> GrantConnector:
        """Create a connector with an initial refresh token."""
        holder = await self._register(name, token_policy, lifetime)
        first = await Asking(self.server, holder.client).token()
        assert first.refresh_token is not None
        await self.namespace.add_secret(f"{name}-initial", refresh_token=first.refresh_token.get_secret_value())
        source = {"refreshToken": {"secretRef": {"name": f"{name}-initial"}}}
        await self.namespace.add_connector(name, self._spec(holder, "RefreshToken") | source | changes)
        return holder

    async def create_awaiting_consent(
        self, name: str, token_policy: TokenPolicy = STRICT, lifetime: int = 600, **changes: Any
    ) -> GrantConnector:
        """Create a connector that waits for a user's consent."""
        holder = await self._register(name, token_policy, lifetime)
        await self.namespace.add_connector(name, self._spec(holder, "AuthorizationCode") | CONSENTING | changes)
        return holder

    async def create_for_device(
        self, name: str, token_policy: TokenPolicy = STRICT, lifetime: int = 600, **changes: Any
    ) -> GrantConnector:
        """Create a connector whose user enters a code at the server (RFC 8628)."""
        holder = await self._register(name, token_policy, lifetime)
        spec = self._spec(holder, "DeviceCode") | {"scopes": ["read", "offline_access"]} | changes
        spec["provider"]["deviceAuthorizationURL"] = self.server.device_url
        await self.namespace.add_connector(name, spec)
        return holder

    async def create_with_password(
        self, name: str, token_policy: TokenPolicy = STRICT, lifetime: int = 600, **changes: Any
    ) -> GrantConnector:
        """Create a connector with a user's password."""
        holder = await self._register(name, token_policy, lifetime)
        user = self.server.enroll("c4n4ry-password")
        await self.namespace.add_secret(f"{name}-user", password="c4n4ry-password")
        own = {"username": user.username, "passwordSecretRef": {"name": f"{name}-user"}}
        spec = self._spec(holder, "Password") | {"password": own, "scopes": ["read", "offline_access"]} | changes
        await self.namespace.add_connector(name, spec)
        return holder

    async def _register(self, name: str, token_policy: TokenPolicy, lifetime: int) -> GrantConnector:
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
