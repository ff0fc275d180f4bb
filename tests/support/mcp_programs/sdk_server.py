"""An MCP server of the official SDK, which is its own authorization server."""

from mcp.server.auth.middleware.auth_context import get_access_token
from mcp.server.auth.settings import AuthSettings, ClientRegistrationOptions, RevocationOptions
from mcp.server.mcpserver import MCPServer
from mcp.shared.auth import OAuthClientInformationFull

from tests.support.mcp_programs.identity import describe
from tests.support.mcp_programs.sdk_authorization import SDKAuthorization
from tests.support.mcp_programs.serving import ClientDetails, Settings, run


def whoami() -> dict[str, object]:
    """Return who calls."""
    return describe(get_access_token())


class SDKServer:
    """The server with the tool `whoami`; it needs the first scope, and clients may register for all of them."""

    def __init__(self, origin: str, settings: Settings) -> None:
        if settings["user"] is None:
            raise ValueError("the server needs a user")
        resource = f"{origin}/mcp"
        self._scopes = settings["scopes"]
        self._authorization = SDKAuthorization(origin, resource, settings["lifetime"], settings["user"])
        server = MCPServer("sdk", auth_server_provider=self._authorization, auth=self._auth(origin, resource))
        server.add_tool(whoami)
        server.custom_route("/login", methods=["GET", "POST"])(self._authorization.log_in)
        self.app = server.streamable_http_app(json_response=True, stateless_http=True)

    def _auth(self, origin: str, resource: str) -> AuthSettings:
        return AuthSettings(
            issuer_url=origin,
            resource_server_url=resource,
            validate_token_resource=True,
            required_scopes=self._scopes[:1],
            client_registration_options=ClientRegistrationOptions(
                enabled=True, valid_scopes=self._scopes, default_scopes=self._scopes
            ),
            revocation_options=RevocationOptions(enabled=True),
        )

    async def register(self, client: ClientDetails) -> None:
        """Add a client, with a secret unless it is public."""
        await self._authorization.register_client(
            OAuthClientInformationFull(
                client_id=client["id"],
                client_secret=client["secret"] or None,
                token_endpoint_auth_method=client["authentication"],
                redirect_uris=client["redirect_uris"],
                scope=" ".join(self._scopes),
            )
        )


if __name__ == "__main__":
    run(SDKServer)
