"""The pages for the kubelet and Prometheus, asked over a real socket."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest

from oauth_connector.telemetry.health import application
from oauth_connector.telemetry.http_server import ServerOptions, serving
from oauth_connector.telemetry.metrics import Metrics


class State:
    """What the probes say; a test changes it."""

    def __init__(self) -> None:
        self.trouble: str | None = None
        self.not_ready: str | None = None


@pytest.fixture
def state() -> State:
    """Give a process that is well."""
    return State()


@pytest.fixture
async def base(state: State) -> AsyncIterator[str]:
    """Serve the pages on a free port and give their address."""
    app = application(Metrics(), lambda: state.trouble, lambda: state.not_ready)
    async with serving(app, "127.0.0.1", 0) as port:
        yield f"http://127.0.0.1:{port}"


async def get(url: str) -> tuple[int, str]:
    """Ask for a page."""
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        return response.status, await response.text()


async def test_a_process_that_is_well_says_so(base: str) -> None:
    """Both probes answer 200 in plain text."""
    assert await get(f"{base}/healthz") == (200, "ok\n")
    assert await get(f"{base}/readyz") == (200, "ok\n")


async def test_a_process_in_trouble_says_what_is_wrong(base: str, state: State) -> None:
    """A failing probe answers 503 with its reason, which kubectl shows in the Pod's events."""
    state.trouble = "the loop is stuck"
    assert await get(f"{base}/healthz") == (503, "the loop is stuck\n")
    assert await get(f"{base}/readyz") == (200, "ok\n")


async def test_readiness_is_told_apart_from_health(base: str, state: State) -> None:
    """A process whose caches are not in yet is alive."""
    state.not_ready = "caches are not in"
    assert await get(f"{base}/readyz") == (503, "caches are not in\n")
    assert await get(f"{base}/healthz") == (200, "ok\n")


async def test_metrics_are_in_the_text_format(base: str) -> None:
    """Prometheus finds the format in the content type and our series in the body."""
    async with aiohttp.ClientSession() as session, session.get(f"{base}/metrics") as response:
        assert response.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        assert "oauth_connector_build_info{" in await response.text()


async def test_other_pages_do_not_exist(base: str) -> None:
    """Nothing else is to be found at this port."""
    assert (await get(f"{base}/debug"))[0] == 404


async def test_half_a_request_is_not_waited_for() -> None:
    """A client that sends no complete request is cut off, so that it holds no connection for ever."""
    app = application(Metrics(), lambda: None, lambda: None)
    async with serving(app, "127.0.0.1", 0, ServerOptions(idle=0.05)) as port, asyncio.timeout(10):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n")
        assert await reader.read() == b""
        writer.close()
        await writer.wait_closed()


async def test_a_port_in_use_is_an_error_at_the_start(base: str) -> None:
    """Two operators on one port do not both believe that they serve it."""
    port = int(base.rpartition(":")[2])
    with pytest.raises(OSError, match="address already in use"):
        async with serving(application(Metrics(), lambda: None, lambda: None), "127.0.0.1", port):
            pass
