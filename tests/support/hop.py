"""An intermediate host before an authorization endpoint, as many providers have before their login page.

The browser first opens 127.0.0.1, is redirected to localhost (for a browser another site), and then to the server.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from yarl import URL

from tests.support.two_host_provider import serving


@dataclass
class Hop:
    """The addresses of the hosts, and the requests that each served, in order."""

    target: str
    port: int = 0
    seen: list[str] = field(default_factory=list)

    @property
    def endpoint(self) -> str:
        """The authorization endpoint, as a connector names it."""
        return f"http://127.0.0.1:{self.port}/authorize"

    async def authorize(self, request: web.Request) -> web.Response:
        """Redirect the browser to the other host."""
        self.seen.append(request.host)
        raise web.HTTPFound(URL(f"http://localhost:{self.port}/sign-in?{request.query_string}", encoded=True))

    async def sign_in(self, request: web.Request) -> web.Response:
        """Set a cookie, and redirect the browser to the server."""
        self.seen.append(request.host)
        found = web.HTTPSeeOther(URL(f"{self.target}?{request.query_string}", encoded=True))
        found.set_cookie("here", "1", samesite="Lax")
        raise found


@asynccontextmanager
async def hop_to(target: str) -> AsyncIterator[Hop]:
    """Serve on a free port of both hosts."""
    made = Hop(target)
    async with serving(made):
        yield made
