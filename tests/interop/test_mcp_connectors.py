"""A connector of an MCP server, from its one URL to an agent that calls a tool while the operator refreshes the token.

Real are the API server, the operator, the MCP servers with their authorization servers, and the agent, which is a
client of the official SDK. A user consents at the servers' pages over HTTP.
"""

from typing import Any

import pytest

from tests.support.cluster import Namespace
from tests.support.consent_server_replicas import ConsentServerReplicas
from tests.support.control_plane import CANARY
from tests.support.mcp_connectors import add_connector, assert_agent_works, hosted
from tests.support.mcp_servers import Agent, MCPServer
from tests.support.operator_process import OperatorProcess

SECRET = f"{CANARY}-mcp-client-secret"


@pytest.mark.parametrize("fixture", ["mcp_sdk", "fastmcp"])
async def test_known_public_client_keeps_an_agent_working(
    fixture: str,
    mcp_operator: OperatorProcess,
    namespace: Namespace,
    consent_site: ConsentServerReplicas,
    mcp_agent: Agent,
    request: pytest.FixtureRequest,
) -> None:
    """The URL of the server and a client ID are enough."""
    del mcp_operator
    server: MCPServer = request.getfixturevalue(fixture)
    client = {"id": server.register([hosted(consent_site, namespace)]).id, "authentication": "None"}
    await assert_agent_works(await add_connector(namespace, server, mcp_agent, client=client), "none")


@pytest.mark.parametrize(
    ("authentication", "method"), [("Basic", "client_secret_basic"), ("Post", "client_secret_post")]
)
async def test_known_client_with_a_secret_keeps_an_agent_working(
    authentication: str,
    method: Any,
    mcp_operator: OperatorProcess,
    namespace: Namespace,
    consent_site: ConsentServerReplicas,
    mcp_sdk: MCPServer,
    mcp_agent: Agent,
) -> None:
    """A secret is sent to the issuer that the connector names."""
    del mcp_operator
    registered = mcp_sdk.register([hosted(consent_site, namespace)], method, SECRET)
    await namespace.add_secret("mcp-client", client_secret=SECRET)
    client = {"id": registered.id, "secretRef": {"name": "mcp-client"}, "authentication": authentication}
    provider = {"issuer": mcp_sdk.origin}
    connector = await add_connector(namespace, mcp_sdk, mcp_agent, client=client, provider=provider)
    await assert_agent_works(connector, method)
