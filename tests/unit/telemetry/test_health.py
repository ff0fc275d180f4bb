"""The pages for the kubelet and Prometheus, over a real socket."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest

from oauth_connector.telemetry.health import application
from oauth_connector.telemetry.http_server import ServerOptions, serve_application
from oauth_connector.telemetry.metrics import Metrics


class State:
    """The results of the probes; a test changes them."""

    def __init__(self) -> None:
        self.unhealthy: str | None = None
        self.unready: str | None = None


@pytest.fixture
def state() -> State:
    """Return a healthy process."""
    return State()


@pytest.fixture
async def base(state: State) -> AsyncIterator[str]:
    """Serve the pages on a free port and yield their address."""
    app = application(Metrics(), lambda: state.unhealthy, lambda: state.unready)
    async with serve_application(app, "127.0.0.1", 0) as port:
        yield f"http://127.0.0.1:{port}"


async def get(url: str) -> tuple[int, str]:
    """Request a page."""
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        return response.status, await response.text()


async def test_a_healthy_process_responds_ok(base: str) -> None:
    """Both probes return 200 in plain text."""
    assert await get(f"{base}/healthz") == (200, "ok\n")
    assert await get(f"{base}/readyz") == (200, "ok\n")


async def test_a_failing_probe_responds_with_the_cause(base: str, state: State) -> None:
    """The probe returns 503 with the cause, which kubectl shows in the Events of the Pod."""
    state.unhealthy = "the loop is stuck"
    assert await get(f"{base}/healthz") == (503, "the loop is stuck\n")
    assert await get(f"{base}/readyz") == (200, "ok\n")


async def test_readiness_differs_from_health(base: str, state: State) -> None:
    """A process whose caches are not filled yet is healthy."""
    state.unready = "caches are not in"
    assert await get(f"{base}/readyz") == (503, "caches are not in\n")
    assert await get(f"{base}/healthz") == (200, "ok\n")


async def test_metrics_are_in_the_text_format(base: str) -> None:
    """The content type states the format, and the body contains the series."""
    async with aiohttp.ClientSession() as session, session.get(f"{base}/metrics") as response:
        assert response.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        assert "oauth_connector_build_info{" in await response.text()


async def test_other_pages_do_not_exist(base: str) -> None:
    """Nothing else is served at this port."""
    assert (await get(f"{base}/debug"))[0] == 404


async def test_an_incomplete_request_is_closed() -> None:
    """A client that sends no complete request is disconnected, so that it occupies no connection."""
    app = application(Metrics(), lambda: None, lambda: None)
    async with serve_application(app, "127.0.0.1", 0, ServerOptions(idle=0.05)) as port, asyncio.timeout(10):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n")
        assert await reader.read() == b""
        writer.close()
        await writer.wait_closed()


async def test_a_port_in_use_is_an_error_at_the_start(base: str) -> None:
    """Two operators cannot serve the same port."""
    port = int(base.rpartition(":")[2])
    with pytest.raises(OSError, match="address already in use"):
        async with serve_application(application(Metrics(), lambda: None, lambda: None), "127.0.0.1", port):
            pass
