"""A protected resource on loopback, whose metadata name an authorization server (RFC 9728)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from devtools.authorization_servers.authorization_server import AuthorizationServer
from oauth_connector.telemetry.http_server import serve_application


@asynccontextmanager
async def serve_resource(server: AuthorizationServer) -> AsyncIterator[int]:
    """Serve a protected resource that needs the scope `read` (RFC 9728); return its port."""

    async def describe(request: web.Request) -> web.Response:
        members = {"authorization_servers": [server.issuer], "scopes_supported": ["read"]}
        return web.json_response({"resource": f"http://{request.host}/mcp", **members})

    app = web.Application()
    app.add_routes([web.get("/.well-known/oauth-protected-resource/mcp", describe)])
    async with serve_application(app, "127.0.0.1", 0) as port:
        yield port
