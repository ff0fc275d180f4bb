"""A connector that knows nothing but the URL of an MCP server: the operator registers a client at real servers."""

import pytest

from tests.support.cluster import Namespace
from tests.support.mcp_connectors import add_connector, assert_agent_works
from tests.support.mcp_servers import Agent, MCPServer
from tests.support.operator_process import OperatorProcess


@pytest.mark.parametrize(("fixture", "authentication"), [("mcp_sdk", "client_secret_post"), ("fastmcp_tls", "none")])
async def test_url_alone_keeps_an_agent_working(
    fixture: str,
    authentication: str,
    mcp_operator: OperatorProcess,
    namespace: Namespace,
    mcp_agent: Agent,
    request: pytest.FixtureRequest,
) -> None:
    """The client is registered with what the server has, and each token is for the resource."""
    del mcp_operator
    server: MCPServer = request.getfixturevalue(fixture)
    await assert_agent_works(await add_connector(namespace, server, mcp_agent), authentication)
