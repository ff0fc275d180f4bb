"""A reverse proxy before a real authorization server that injects faults.

Everything except the injected fault is the behaviour of the real server.
"""

import asyncio
import ssl
import time
from asyncio import IncompleteReadError, StreamReader, StreamWriter
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp

from devtools.authorization_servers.registrations import TLS
from tests.support.faults import Delay, Endless, Fault, Pass, ResetBefore, Respond
from tests.support.faulty_response import endless, reset, write, write_with_fault
from tests.support.http_messages import Request, Response, end_to_end, read_request
from tests.support.recorded_request import RecordedRequest, record_request

HOST = "127.0.0.1"
ADDED = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")  # what aiohttp would add of its own


@asynccontextmanager
async def faulty_proxy(
    url: str, *, host: str = HOST, tls: TLS | None = None, trust: Path | None = None
) -> AsyncIterator["FaultyProxy"]:
    """Start a proxy before the server of a URL, on a loopback address.

    `tls` makes the proxy itself HTTPS; `trust` is a PEM file, for an HTTPS server.
    """
    address = urlsplit(url)
    connector = aiohttp.TCPConnector(ssl=ssl.create_default_context(cafile=trust) if trust else True)
    async with aiohttp.ClientSession(connector=connector, auto_decompress=False, skip_auto_headers=ADDED) as session:
        proxy = FaultyProxy(f"{address.scheme}://{address.netloc}", session, host, tls)
        await proxy.up()
        try:
            yield proxy
        finally:
            await proxy.down()


class FaultyProxy:
    """A proxy on loopback, before the server at an origin; `faulty_proxy(…)` starts one.

    `script` sets the faults of the next requests, in order; `always` the fault of those after them. The default method
    is POST, for token requests; for discovery documents use method="GET". In these, the server's origin is replaced by
    the proxy's, so that a client with the proxy as its issuer stays with the proxy.
    """

    def __init__(self, origin: str, session: aiohttp.ClientSession, host: str, tls: TLS | None) -> None:
        self._origin = origin
        self._host = host
        self._session = session
        self._context = _server_context(tls) if tls else None
        self._scripts: dict[str, deque[Fault]] = {}
        self._always: dict[str, Fault] = {}
        self._server: asyncio.Server | None = None
        self._open: dict[asyncio.Task[None], StreamWriter] = {}
        self._arrived = asyncio.Condition()
        self.port = 0
        self.requests: list[RecordedRequest] = []

    @property
    def origin(self) -> str:
        """Scheme, host and port of the proxy."""
        return f"{'https' if self._context else 'http'}://{self._host}:{self.port}"

    def through(self, url: str) -> str:
        """Return the address of a server URL through the proxy."""
        return url.replace(self._origin, self.origin)

    def script(self, *faults: Fault, method: str = "POST") -> None:
        """Apply these faults to the next requests, one each, after those already scripted."""
        self._scripts.setdefault(method, deque()).extend(faults)

    def always(self, fault: Fault, method: str = "POST") -> None:
        """Apply this fault to every request without a scripted one; `Pass()` ends it."""
        self._always[method] = fault

    @property
    def token_calls(self) -> list[RecordedRequest]:
        """The token requests, in order of arrival."""
        return [request for request in self.requests if request.grant_type is not None]

    def gaps(self) -> list[float]:
        """Return the seconds between successive token requests."""
        times = [call.time for call in self.token_calls]
        return [after - before for before, after in pairwise(times)]

    async def token_calls_reach(self, count: int, within: float = 30.0) -> None:
        """Wait for this number of token requests; raise TimeoutError after `within` seconds."""
        async with asyncio.timeout(within), self._arrived:
            await self._arrived.wait_for(lambda: len(self.token_calls) >= count)

    async def up(self) -> None:
        """Accept connections, on the same port as before if there was one."""
        self._server = await asyncio.start_server(self._accept, self._host, self.port, ssl=self._context)
        self.port = self._server.sockets[0].getsockname()[1]

    async def down(self) -> None:
        """Refuse connections, and break those that are open."""
        if self._server:
            self._server.close()
        for task, writer in tuple(self._open.items()):
            reset(writer)
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    def _accept(self, reader: StreamReader, writer: StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._open[task] = writer
        task.add_done_callback(self._open.pop)

    async def _serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        try:
            while request := await read_request(reader):
                await self._note(request)
                await self._befall(self._next(request.method), request, writer)
                await writer.drain()
        except (ConnectionError, IncompleteReadError):
            pass  # the client has had enough
        finally:
            writer.close()

    async def _note(self, request: Request) -> None:
        async with self._arrived:
            self.requests.append(record_request(request, time.monotonic()))
            self._arrived.notify_all()

    def _next(self, method: str) -> Fault:
        script = self._scripts.get(method)
        return script.popleft() if script else self._always.get(method, Pass())

    async def _befall(self, fault: Fault, request: Request, writer: StreamWriter) -> None:
        match fault:
            case Delay(seconds, then):
                await asyncio.sleep(seconds)
                await self._befall(then, request, writer)
            case ResetBefore():
                reset(writer)
            case Respond(status, headers, body):
                write(Response(status, headers, body), writer)
            case Endless():
                await endless(fault, writer)
            case _:
                await write_with_fault(fault, await self._forward(request), writer)

    async def _forward(self, request: Request) -> Response:
        target = self._origin + request.target
        try:
            async with self._session.request(
                request.method,
                target,
                headers=end_to_end(request.headers),
                data=request.body,
                allow_redirects=False,
            ) as response:
                body = await response.read()
        except aiohttp.ClientError:
            return Response(502, {}, b"")
        if request.method == "GET":
            body = body.replace(self._origin.encode(), self.origin.encode())
        return Response(response.status, end_to_end(dict(response.headers)), body)


def _server_context(tls: TLS) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tls.certificate, tls.key)
    return context
