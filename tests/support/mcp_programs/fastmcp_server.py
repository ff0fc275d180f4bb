"""A server of FastMCP behind its OAuth proxy: it issues tokens of its own, for users of another authorization server.

The proxy knows three ways to get a client: a known one, a client ID metadata document, and dynamic registration. All of
them are public clients.
"""

import os

from fastmcp import FastMCP
from fastmcp.server.auth import OAuthProxy, ssrf
from fastmcp.server.auth.providers.introspection import IntrospectionTokenVerifier
from fastmcp.server.dependencies import get_access_token
from key_value.aio.stores.memory import MemoryStore
from mcp.shared.auth import OAuthClientInformationFull

from tests.support.mcp_programs.identity import describe
from tests.support.mcp_programs.serving import ClientDetails, Settings, Upstream, run


def whoami() -> dict[str, object]:
    """Return who calls."""
    return describe(get_access_token())


class FastMCPServer:
    """The server with the tool `whoami`; it needs the first scope."""

    def __init__(self, origin: str, settings: Settings) -> None:
        if settings["upstream"] is None:
            raise ValueError("the proxy needs an authorization server")
        self._scopes = settings["scopes"]
        self._proxy = self._authorization(origin, settings["upstream"])
        if settings["tls"]:
            _read_documents_on_loopback(settings["tls"]["ca"])
        server = FastMCP("fastmcp", auth=self._proxy)
        server.tool(whoami)
        self.app = server.http_app(path="/mcp", json_response=True, stateless_http=True)

    def _authorization(self, origin: str, upstream: Upstream) -> OAuthProxy:
        credentials = {"client_id": upstream["client_id"], "client_secret": upstream["client_secret"]}
        verifier = IntrospectionTokenVerifier(
            introspection_url=upstream["introspection_url"], required_scopes=self._scopes[:1], **credentials
        )
        return OAuthProxy(
            upstream_authorization_endpoint=upstream["authorization_url"],
            upstream_token_endpoint=upstream["token_url"],
            token_verifier=verifier,
            base_url=origin,
            valid_scopes=self._scopes,
            forward_resource=False,  # the other authorization server does not know this one
            extra_authorize_params={"prompt": "consent", "scope": " ".join(["offline_access", *self._scopes])},
            client_storage=MemoryStore(),
            **{f"upstream_{name}": value for name, value in credentials.items()},
        )

    async def register(self, client: ClientDetails) -> None:
        """Add a client."""
        await self._proxy.register_client(
            OAuthClientInformationFull(
                client_id=client["id"], redirect_uris=client["redirect_uris"], scope=" ".join(self._scopes)
            )
        )


def _read_documents_on_loopback(ca: str) -> None:
    """Let the proxy read metadata documents at 127.0.0.1, by HTTPS with the certificates of one authority.

    It reads them at public addresses only, and has no setting for that.
    """
    os.environ["SSL_CERT_FILE"] = ca
    ssrf.is_ip_allowed = "127.0.0.1".__eq__


if __name__ == "__main__":
    run(FastMCPServer)
