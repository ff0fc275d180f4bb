"""The server of a redirect URI on this machine (RFC 8252 §7.3): one path, one response, one flow.

Any page in the browser can send requests to loopback. Therefore only a response with the right `state` is accepted, and
only for the host of the redirect URI: a DNS name that an attacker resolves to 127.0.0.1 is another host.
"""

import asyncio
import base64
import hashlib
import html
import logging
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

from aiohttp import web

from oauth_connector.kubectl_plugin import loopback_port as ports
from oauth_connector.kubectl_plugin.errors import CommandFailed
from oauth_connector.kubectl_plugin.expected_redirect import ExpectedRedirect, UnexpectedRedirect
from oauth_connector.oauth.authorization import AuthorizationGranted

MAX_LINE = 65_536
LAST_PAGE_TIMEOUT = 2.0
"""Seconds that the browser has to fetch the last page."""

RESET_ON_CLOSE = struct.pack("ii", 1, 0)
SILENT = logging.getLogger(f"{__name__}.requests")
SILENT.disabled = True
"""The server would log the request line of a malformed request, which may contain the code."""

STYLE = (
    ":root{color-scheme:light dark}"
    "body{font:1.1rem/1.5 system-ui,sans-serif;margin:15vh auto;max-width:32rem;padding:0 1rem}"
)
_STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'none'",
}
DONE = ("Back to the terminal", "kubectl oauth received the provider's response. You can close this page.")


class RedirectListener:
    """The handler of the redirect URI of one flow. `answer` is set by the redirect."""

    def __init__(self, expected: ExpectedRedirect) -> None:
        parts = urlsplit(expected.request.redirect_uri)
        self._expected = expected
        self._path, self._netloc = parts.path, parts.netloc
        self._last_page: tuple[str, str] | None = None
        self._fetched = asyncio.Event()
        self.answer: asyncio.Future[AuthorizationGranted] = asyncio.get_running_loop().create_future()

    async def serve(self, request: web.BaseRequest) -> web.Response:
        """Handle a request of any client."""
        if request.headers.getall("Host", []) != [self._netloc]:
            return _render_page(421, "Wrong address", "This port accepts requests only for its own address.")
        path, _, query = request.raw_path.partition("?")
        if request.method != "GET" or path != self._path:
            return _render_page(404, "Page not found", "This port waits for the redirect of a provider.")
        if self._last_page is not None and not query:
            self._fetched.set()
            return _render_page(200, *self._last_page)
        if self.answer.done():
            return _render_page(410, "Response already received", "Go back to the terminal.")
        return self._accept_response(query)

    def _accept_response(self, query: str) -> web.Response:
        try:
            self.answer.set_result(self._expected.parse_query(query))
            self._last_page = DONE
        except UnexpectedRedirect as unexpected:
            return _render_page(400, "Response not accepted", str(unexpected))
        except CommandFailed as failure:
            self.answer.set_exception(failure)
            self._last_page = ("Authorization failed", str(failure))
        # only the path: the code does not stay in the address bar or the history
        return web.Response(status=303, headers={**HEADERS, "Location": self._path})

    async def wait_for_last_page(self) -> None:
        """Wait until the browser has fetched the last page, if there was a redirect."""
        if self._last_page is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._fetched.wait(), LAST_PAGE_TIMEOUT)


@asynccontextmanager
async def listen(expected: ExpectedRedirect) -> AsyncIterator[RedirectListener]:
    """Serve the redirect URI of a flow while the context is active. Raises `CommandFailed` if the port is not free."""
    sockets = _bind_sockets(expected.request.redirect_uri)
    listener = RedirectListener(expected)
    server = web.Server(listener.serve, access_log=None, logger=SILENT, max_line_size=MAX_LINE, max_field_size=MAX_LINE)
    runner = web.ServerRunner(server, shutdown_timeout=1.0)
    await runner.setup()
    try:
        for one in sockets:
            await web.SockSite(runner, one).start()
        yield listener
        await listener.wait_for_last_page()
    except CommandFailed:
        await listener.wait_for_last_page()
        raise
    finally:
        _reset_connections(server)
        await runner.cleanup()
        listener.answer.cancel()


def _bind_sockets(uri: str) -> list[socket.socket]:
    parts = urlsplit(uri)
    try:
        port = parts.port or 0
    except ValueError:
        raise CommandFailed(f"The redirect URI {uri} has no valid port. Choose one between 1024 and 65535.") from None
    return ports.bind(parts.hostname or "", port)


def _reset_connections(server: web.Server) -> None:
    """Reset open connections: an orderly close would block the port for the next run."""
    for connection in server.connections:
        one = connection.transport.get_extra_info("socket") if connection.transport is not None else None
        if one is not None:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)


def _render_page(status: int, title: str, text: str) -> web.Response:
    shown_title, shown = html.escape(title), html.escape(text)
    body = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{shown_title}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style>'
        f"<main><h1>{shown_title}</h1><p>{shown}</p></main></html>"
    )
    return web.Response(status=status, text=body, content_type="text/html", headers=HEADERS)
