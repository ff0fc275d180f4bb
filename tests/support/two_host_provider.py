"""The pages of a provider: a login on one host, a redirect to another, and the redirect to the client.

Its two hosts are 127.0.0.1 and localhost, which are different sites to a browser. A test sets what else it sends back
in `extra` and `error`.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html import escape
from typing import Protocol
from urllib.parse import urlencode

from aiohttp import web
from yarl import URL

CODE = "c4n4ry-code-0123456789"


@dataclass
class TwoHostProvider:
    """The provider: its port, the requests that it received, and what it sends back."""

    port: int = 0
    asked: list[dict[str, str]] = field(default_factory=list)
    extra: dict[str, str] = field(default_factory=dict)
    error: str = "access_denied"

    @property
    def endpoint(self) -> str:
        """The authorization endpoint."""
        return f"http://127.0.0.1:{self.port}/authorize"

    @property
    def host(self) -> str:
        """Its host, as the page shows it."""
        return f"127.0.0.1:{self.port}"

    async def authorize(self, request: web.Request) -> web.Response:
        """Send the browser to the other host, as many providers do to sign in."""
        self.asked.append(dict(request.query))
        raise web.HTTPFound(URL(f"http://localhost:{self.port}/sign-in?{request.query_string}", encoded=True))

    async def sign_in(self, request: web.Request) -> web.Response:
        """Show the consent form."""
        back, state = request.query["redirect_uri"], request.query["state"]
        yes = f"{back}?{urlencode({'code': CODE, 'state': state, **self.extra})}"
        error = {"error": self.error, "error_description": "<b>call 555</b>", "state": state}
        no = f"{back}?{urlencode({**error, **self.extra})}"
        html = f'<title>Provider</title><a id="yes" href="{escape(yes)}">Yes</a> <a id="no" href="{escape(no)}">No</a>'
        return web.Response(text=html, content_type="text/html")


class AuthorizationPages(Protocol):
    """The pages on both hosts."""

    port: int

    async def authorize(self, request: web.Request) -> web.Response:
        """Answer on the first host."""

    async def sign_in(self, request: web.Request) -> web.Response:
        """Answer on the second host."""


@asynccontextmanager
async def serving(made: AuthorizationPages) -> AsyncIterator[None]:
    """Serve it on a free port of both hosts."""
    app = web.Application()
    app.add_routes([web.get("/authorize", made.authorize), web.get("/sign-in", made.sign_in)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.port = runner.addresses[0][1]
    try:
        yield
    finally:
        await runner.cleanup()


@asynccontextmanager
async def two_hosts() -> AsyncIterator[TwoHostProvider]:
    """Serve it on a free port of both hosts."""
    made = TwoHostProvider()
    async with serving(made):
        yield made
