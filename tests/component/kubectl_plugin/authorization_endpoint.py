"""An authorization endpoint that redirects at once, with a code or with what a test sets."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode

from aiohttp import web

from devtools.local.free_port import free_port

CODE = "c4n4ry-code"


@dataclass
class AuthorizationEndpoint:
    """The endpoint: its URL, what it sends back beside `state`, and the queries that it received."""

    url: str
    answers: dict[str, str] = field(default_factory=lambda: {"code": CODE})
    asked: list[dict[str, str]] = field(default_factory=list)

    async def authorize(self, request: web.Request) -> web.Response:
        """Send the browser back."""
        self.asked.append(dict(request.query))
        query = urlencode({"state": request.query["state"], **self.answers})
        return web.Response(status=302, headers={"Location": f"{request.query['redirect_uri']}?{query}"})


@asynccontextmanager
async def authorization_endpoint() -> AsyncIterator[AuthorizationEndpoint]:
    """Serve one on loopback."""
    port = free_port()
    endpoint = AuthorizationEndpoint(f"http://127.0.0.1:{port}/authorize")
    app = web.Application()
    app.router.add_get("/authorize", endpoint.authorize)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield endpoint
    finally:
        await runner.cleanup()
