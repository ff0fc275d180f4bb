"""Three pages for the kubelet and for Prometheus: `/healthz`, `/readyz`, `/metrics`."""

from aiohttp import web

from oauth_connector.telemetry.http_server import Probe, build_probe_routes
from oauth_connector.telemetry.metrics import Metrics

METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def application(metrics: Metrics, healthy: Probe, ready: Probe) -> web.Application:
    """Build the pages.

    `/healthz` reports that the process can still finish and persist what it has begun. It must send no request to the
    API server and must not depend on the workqueue: the kubelet would end the one process that holds a refresh token
    which is not persisted yet. `/readyz` is for rollouts.
    """

    async def show_metrics(_request: web.Request) -> web.Response:
        return web.Response(body=metrics.render(), headers={"Content-Type": METRICS_TYPE})

    app = web.Application(client_max_size=1024)
    app.add_routes(
        [
            *build_probe_routes(healthy, ready),
            web.get("/metrics", show_metrics),
        ]
    )
    return app
