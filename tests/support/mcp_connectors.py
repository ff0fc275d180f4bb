"""Connectors of MCP servers, and an agent that calls a tool with their tokens."""

from base64 import b64encode
from dataclasses import dataclass
from typing import Any

from oauth_connector.consent_protocol.addresses import redirect_uri
from tests.support.cluster import Namespace, until
from tests.support.consent_server_replicas import ConsentServerReplicas
from tests.support.manual_consent import ManualConsent
from tests.support.mcp_servers import Agent, MCPServer, MCPTokenRequest

BEFORE = "50s"
"""Tokens of a minute are replaced as soon as the operator ever does, after ten seconds."""


@dataclass(frozen=True, slots=True)
class MCPConnector:
    """A connector `mcp` of a server, and what the server's token endpoint had received before."""

    namespace: Namespace
    server: MCPServer
    agent: Agent
    before: frozenset[str | None]

    async def authorize(self) -> None:
        """Let a user consent, and wait for the token."""
        consent = await ManualConsent.create(self.namespace, "mcp")
        await consent.answer(self.server)
        await consent.wait_for_reason("AwaitingConfirmation")
        await consent.confirm()
        await consent.wait_for_reason("Authorized")
        await until(self.header, within=30)

    async def header(self) -> str:
        """Return the value of the header in the output Secret."""
        return (await self.namespace.values("mcp-token") or {}).get("authorization", "")

    async def another_header(self, than: str) -> str:
        """Wait for the header with another token."""

        async def is_there() -> bool:
            return await self.header() not in ("", than)

        await until(is_there, within=60)
        return await self.header()

    def call(self, header: str) -> None:
        """Let the agent call the tool as the user."""
        answer = self.agent.call(self.server, header)
        assert answer.get("user") == self.server.user.username, answer

    def requests(self) -> list[MCPTokenRequest]:
        """Return the token requests of this connector's client."""
        return [entry for entry in self.server.journal() if entry.client_id not in self.before]


def hosted(site: ConsentServerReplicas, namespace: Namespace) -> str:
    """Return the redirect URI of the connector."""
    return redirect_uri(site.url, namespace.name, "mcp")


async def add_connector(namespace: Namespace, server: MCPServer, agent: Agent, **spec: Any) -> MCPConnector:
    """Create a connector that knows the resource; `spec` completes it."""
    provider = {"resource": server.url, **spec.pop("provider", {})}
    if server.ca is not None:
        provider["caBundle"] = b64encode(server.ca.read_bytes()).decode()
    before = frozenset(entry.client_id for entry in server.journal())
    usual = {"grantType": "AuthorizationCode", "provider": provider, "refresh": {"before": BEFORE}}
    await namespace.add_connector("mcp", {**usual, **spec})
    return MCPConnector(namespace, server, agent, before)


async def assert_agent_works(connector: MCPConnector, authentication: str) -> None:
    """Assert that the agent can call the tool with each of three tokens, the later ones of refreshes by rotation."""
    await connector.authorize()
    header = await connector.header()
    connector.call(header)
    for _ in range(2):
        header = await connector.another_header(header)
        connector.call(header)
    first, *refreshes = connector.requests()
    assert (first.grant_type, {entry.grant_type for entry in refreshes}) == ("authorization_code", {"refresh_token"})
    assert [entry.presented for entry in refreshes] == [entry.issued for entry in (first, *refreshes)][:-1]
    assert len({entry.issued for entry in refreshes}) == len(refreshes) >= 2
    sent = {(entry.result, entry.resource, entry.authentication) for entry in (first, *refreshes)}
    assert sent == {("granted", connector.server.url, authentication)}
