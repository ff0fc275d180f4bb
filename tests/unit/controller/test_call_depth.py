"""How many functions of the operator lie between a worker and the HTTP request: a reader has to follow each of them."""

import asyncio
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpcore2
import pytest

import oauth_connector
from oauth_connector.connector.memory import Memory
from oauth_connector.controller.context import ControllerContext
from oauth_connector.controller.ports import Ports
from oauth_connector.controller.workqueue import Workqueue
from oauth_connector.net.destinations import AllowedDestination
from oauth_connector.net.egress import Egress
from oauth_connector.net.provider_client import HTTPProviderClient
from oauth_connector.wiring import build_controller
from tests.support.builders import a_connector, a_spec
from tests.support.fake_cluster import FakeCluster
from tests.support.fixed_keys import FixedKeys
from tests.support.world import KEY, Recorder

MOST_FRAMES = 11
PACKAGE = str(Path(oauth_connector.__file__).parent)
HTTP_LIBRARY = str(Path(httpcore2.__file__).parent)

SPECS = {
    "ClientCredentials": a_spec(),
    "RefreshToken": a_spec(grantType="RefreshToken", refreshToken={"secretRef": {"name": "seed"}}),
}


def functions_before_http(task: asyncio.Task[Any]) -> Iterator[str]:
    """Yield the functions of the operator that wait in a task, from the outermost to the call of the HTTP library."""
    awaited: Any = task.get_coro()
    while awaited is not None and (frame := getattr(awaited, "cr_frame", None)) is not None:
        file = frame.f_code.co_filename
        if file.startswith(HTTP_LIBRARY):
            return
        if file.startswith(PACKAGE):
            yield f"{Path(file).stem}.{frame.f_code.co_name}"
        awaited = awaited.cr_await


class TokenEndpoint:
    """A token endpoint on a real port that records which functions wait for its response."""

    def __init__(self) -> None:
        self.functions: list[str] = []

    async def respond(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Record the functions in the stack of the worker, and return a token."""
        await reader.readuntil(b"\r\n\r\n")
        worker = next(task for task in asyncio.all_tasks() if task.get_name() == f"reconcile {KEY}")
        self.functions = list(functions_before_http(worker))
        body = json.dumps({"access_token": "token-1", "token_type": "Bearer", "expires_in": 3600}).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()


async def functions_of_request(spec: dict[str, Any]) -> list[str]:
    """Reconcile a connector by a workqueue, and return the functions from the worker to its token request."""
    endpoint, cluster = TokenEndpoint(), FakeCluster()
    server = await asyncio.start_server(endpoint.respond, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    cluster.add(a_connector({**spec, "provider": {"tokenURL": f"http://127.0.0.1:{port}/token"}}))
    cluster.add_credential("shop", "robot", client_secret=b"s3cret")
    cluster.add_credential("shop", "seed", refresh_token=b"seed-1")
    local = AllowedDestination(cidr="127.0.0.1/32", ports=(port,), http=True)
    async with server, HTTPProviderClient(Egress([local])) as provider:
        workqueue = Workqueue(time.time)
        ports = Ports(cluster, provider, Recorder(), time.time, FixedKeys())
        controller = build_controller(ControllerContext(ports, Memory(), workqueue.enqueue))
        serving = asyncio.create_task(workqueue.serve(controller.reconcile))
        workqueue.enqueue(KEY)
        async with asyncio.timeout(10):
            while ("shop", "crm-token") not in cluster.secrets:
                await asyncio.sleep(0.01)
        workqueue.stop()
        await serving
    return endpoint.functions


@pytest.mark.parametrize("grant_type", SPECS)
async def test_few_functions_lie_between_a_worker_and_the_request(grant_type: str) -> None:
    """The chain begins at the worker and ends at the transport, with at most eleven functions."""
    functions = await functions_of_request(SPECS[grant_type])
    assert (functions[0], functions[-1]) == ("workqueue._work", "transport.handle_async_request")
    assert len(functions) <= MOST_FRAMES, functions
