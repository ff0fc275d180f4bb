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

URL_ALONE: dict[str, Any] = {}
DYNAMIC = {"client": {"registration": {"method": "Dynamic"}}}
DOCUMENT = {"client": {"registration": {"method": "MetadataDocument"}}}


@pytest.mark.parametrize(
    ("fixture", "spec", "method"),
    [
        ("mcp_sdk", URL_ALONE, "client_secret_post"),
        ("mcp_sdk_tls", DYNAMIC, "client_secret_post"),
        ("fastmcp", DYNAMIC, "none"),
    ],
)
async def test_registered_client_keeps_an_agent_working(
    fixture: str,
    spec: dict[str, Any],
    method: str,
    mcp_operator: OperatorProcess,
    namespace: Namespace,
    mcp_agent: Agent,
    request: pytest.FixtureRequest,
) -> None:
    """Where the server registers clients (RFC 7591), its URL is enough, and the client is what the server has."""
    del mcp_operator
    server: MCPServer = request.getfixturevalue(fixture)
    await assert_agent_works(await add_connector(namespace, server, mcp_agent, **spec), method)


@pytest.mark.parametrize("spec", [URL_ALONE, DOCUMENT])
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


async def test_metadata_document_with_a_key_keeps_an_agent_working(
    mcp_operator: OperatorProcess,
    namespace: Namespace,
    consent_site: ConsentServerReplicas,
    fastmcp_tls: MCPServer,
    mcp_agent: Agent,
) -> None:
    """The server verifies each assertion with the keys that it fetches beside the document."""
    del mcp_operator
    client = {**DOCUMENT["client"], "authentication": "PrivateKeyJWT", "assertionAudience": "TokenEndpoint"}
    provider = {"issuer": fastmcp_tls.origin}
    connector = await add_connector(namespace, fastmcp_tls, mcp_agent, client=client, provider=provider)
    await assert_agent_works(connector, "private_key_jwt")
    assert {entry.client_id for entry in connector.requests()} == {
        f"{consent_site.url}/signed-clients/{namespace.name}/mcp.json"
    }
