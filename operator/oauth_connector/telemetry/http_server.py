"""The HTTP server of a process, and the routes for the kubelet's probes."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.log import server_logger

HEALTH_PATH, READINESS_PATH = "/healthz", "/readyz"

Probe = Callable[[], str | None]
"""Returns what is wrong in a few words, or `None`. It must be quick, and must not wait for other processes."""


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """Limits of a server; times are in seconds, lengths in bytes.

    `idle`: a connection that sends nothing, or half a request, is closed after this time. `shutdown`: how long requests
    in progress may take at the end. `linger`: how long the rest of a body is read after the response. `line`: the
    longest request line and header field.
    """

    idle: float = 15.0
    shutdown: float = 2.0
    linger: float = 10.0
    line: int = 8190
    logger: logging.Logger = field(default=server_logger)


@asynccontextmanager
async def serve_application(
    app: web.Application,
    host: str | None,
    port: int,
    options: ServerOptions = ServerOptions(),  # a frozen value
) -> AsyncIterator[int]:
    """Serve while the context lasts and yield the port; host `None` is every address, port 0 a free one.

    At the end, requests in progress are finished. Raises `OSError` when the port is in use.
    """
    runner = web.AppRunner(
        app,
        handle_signals=False,
        access_log=None,  # it writes queries, which may hold authorization codes
        logger=options.logger,
        keepalive_timeout=options.idle,
        shutdown_timeout=options.shutdown,
        lingering_time=options.linger,
        max_line_size=options.line,
        max_field_size=options.line,
    )
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


def build_probe_routes(healthy: Probe, ready: Probe) -> tuple[web.RouteDef, ...]:
    """Return the routes for the kubelet's probes."""
    return web.get(HEALTH_PATH, _build_probe_handler(healthy)), web.get(READINESS_PATH, _build_probe_handler(ready))


def _build_probe_handler(probe: Probe) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Return a handler that responds 200 where nothing is wrong, else 503 with what is wrong."""

    async def respond(_request: web.Request) -> web.Response:
        wrong = probe()
        return web.Response(text="ok\n") if wrong is None else web.Response(status=503, text=f"{wrong}\n")

    return respond
