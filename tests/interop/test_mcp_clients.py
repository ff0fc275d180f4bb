"""Clients that the operator gets for a connector of an MCP server: by a metadata document, or by registration.

Real are the API server, the operator, the consent server, the MCP servers and the agent.
"""

from typing import Any

import pytest

from tests.support.cluster import Namespace
from tests.support.consent_server_replicas import ConsentServerReplicas
from tests.support.mcp_connectors import add_connector, assert_agent_works
from tests.support.mcp_servers import Agent, MCPServer
from tests.support.operator_process import OperatorProcess


@pytest.mark.parametrize(("fixture", "method"), [("mcp_sdk_tls", "client_secret_post"), ("fastmcp", "none")])
async def test_registered_client_keeps_an_agent_working(
    fixture: str,
    method: str,
    mcp_operator: OperatorProcess,
    namespace: Namespace,
    mcp_agent: Agent,
    request: pytest.FixtureRequest,
) -> None:
    """Where the server registers clients, its URL is enough (RFC 7591)."""
    del mcp_operator
    server: MCPServer = request.getfixturevalue(fixture)
    client = {"registration": {"method": "Dynamic"}}
    await assert_agent_works(await add_connector(namespace, server, mcp_agent, client=client), method)


@pytest.mark.parametrize("spec", [{}, {"client": {"registration": {"method": "MetadataDocument"}}}])
async def test_metadata_document_keeps_an_agent_working(
    spec: dict[str, Any],
    mcp_operator: OperatorProcess,
    namespace: Namespace,
    consent_site: ConsentServerReplicas,
    fastmcp_tls: MCPServer,
    mcp_agent: Agent,
) -> None:
    """Where the server reads metadata documents, its URL is enough, and nothing is registered."""
    del mcp_operator
    connector = await add_connector(namespace, fastmcp_tls, mcp_agent, **spec)
    await assert_agent_works(connector, "none")
    assert {entry.client_id for entry in connector.requests()} == {
        f"{consent_site.url}/clients/{namespace.name}/mcp.json"
    }
