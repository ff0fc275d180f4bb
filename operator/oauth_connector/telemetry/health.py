"""Three pages for the kubelet and for Prometheus: `/healthz`, `/readyz`, `/metrics`."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from oauth_connector.telemetry.metrics import Metrics

IDLE = 15.0
"""Seconds after which a connection that sends nothing, or half a request, is closed."""

Probe = Callable[[], str | None]
"""Says what is wrong in a few words, or `None`. It must be quick and must not wait for anybody."""

METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def application(metrics: Metrics, healthy: Probe, ready: Probe) -> web.Application:
    """Build the pages.

    `/healthz` says that the process can still finish and persist what it has begun. It must ask neither the API server
    nor the queue, or the kubelet kills the one process that holds a token nobody else has. `/readyz` is for rollouts.
    """

    async def show(_request: web.Request) -> web.Response:
        return web.Response(body=metrics.render(), headers={"Content-Type": METRICS_TYPE})

    app = web.Application(client_max_size=1024)
    app.add_routes([web.get("/healthz", _page(healthy)), web.get("/readyz", _page(ready)), web.get("/metrics", show)])
    return app


@asynccontextmanager
async def serving(app: web.Application, host: str | None, port: int, *, idle: float = IDLE) -> AsyncIterator[int]:
    """Serve the pages while the context lasts and give the port; `host` `None` is every address, port 0 a free one.

    Raises `OSError` when the port is taken.
    """
    runner = web.AppRunner(app, handle_signals=False, access_log=None, keepalive_timeout=idle, shutdown_timeout=2)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


def _page(probe: Probe) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def answer(_request: web.Request) -> web.Response:
        wrong = probe()
        return web.Response(text="ok\n") if wrong is None else web.Response(status=503, text=f"{wrong}\n")

    return answer
