"""A load balancer that sends each request to the next replica, so that no replica can depend on its own memory."""

import itertools
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
from aiohttp import web

_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "host"})


@dataclass
class Balancer:
    """The address for browsers, and the served requests: method, path without query, number of the replica."""

    url: str
    replicas: Sequence[str] = ()
    served: list[tuple[str, str, int]] = field(default_factory=list)


@asynccontextmanager
async def balancer(tls: ssl.SSLContext | None = None) -> AsyncIterator[Balancer]:
    """Serve on a free port of 127.0.0.1; the replicas are set once they know their public address."""
    turns = {True: itertools.count(), False: itertools.count()}  # apart, or a style sheet would spoil the alternation

    async def forward(request: web.Request) -> web.Response:
        turn = next(turns[request.path.startswith("/assets/")]) % len(made.replicas)
        made.served.append((request.method, request.path, turn))
        headers = [(name, value) for name, value in request.headers.items() if name.lower() not in _HOP]
        target = made.replicas[turn] + request.raw_path
        async with session.request(
            request.method, target, headers=headers, data=await request.read(), allow_redirects=False
        ) as answer:
            back = [(name, value) for name, value in answer.headers.items() if name.lower() not in _HOP]
            response = web.Response(status=answer.status, body=await answer.read())
            response.headers.clear()
            response.headers.extend(back)
            return response

    async with aiohttp.ClientSession(
        cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False, requote_redirect_url=False
    ) as session:
        app = web.Application(client_max_size=1 << 20)
        app.router.add_route("*", "/{path:.*}", forward)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1, max_line_size=65536, max_field_size=65536)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
        await site.start()
        scheme = "https" if tls else "http"
        made = Balancer(f"{scheme}://127.0.0.1:{runner.addresses[0][1]}")
        try:
            yield made
        finally:
            await runner.cleanup()
