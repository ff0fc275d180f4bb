"""The operator's discovery at real MCP servers: from the URL of the resource to the endpoints."""

import pytest

from oauth_connector.net.destinations import AllowedDestination
from oauth_connector.net.provider_client import HTTPProviderClient
from oauth_connector.oauth.metadata import ServerMetadata
from oauth_connector.oauth.protected_resource import ProtectedResource
from oauth_connector.oauth.request_context import RequestContext, TLSOptions
from oauth_connector.settings.operator import Settings
from tests.support.mcp_servers import MCPServer


@pytest.mark.parametrize("fixture", ["mcp_sdk", "mcp_sdk_tls", "fastmcp", "fastmcp_tls"])
async def test_url_of_the_server_leads_to_its_endpoints(fixture: str, request: pytest.FixtureRequest) -> None:
    """With a challenge or without one, the metadata name the scope that is needed and the token endpoint."""
    server: MCPServer = request.getfixturevalue(fixture)
    trust = server.ca.read_text() if server.ca else None
    context = RequestContext(0.0, tls=TLSOptions(trust))
    allowed = AllowedDestination(cidr="127.0.0.0/8", ports=(server.port,), http=True)
    async with HTTPProviderClient(Settings(allowed_destinations=(allowed,)).egress) as client:
        resource = await client.find_resource(server.url, context)
        assert isinstance(resource, ProtectedResource)
        metadata = await client.find(resource.servers[0], context)
    assert isinstance(metadata, ServerMetadata)
    assert (resource.identifier, resource.scopes[:1]) == (server.url, ("read",))
    assert metadata.token_endpoint == f"{server.origin}/token"
    assert metadata.authorization_endpoint == f"{server.origin}/authorize"
