"""A server on loopback with scripted misbehaviour, for faults that a real server does not show on demand.

Requests and watches each have a script. After its end a request gets an empty object, and a watch stays silent.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import orjson
from aiohttp import web
from aiohttp.web_request import BaseRequest

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Reply:
    """A complete response; a body that is not bytes is sent as JSON."""

    body: object = field(default_factory=dict)
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Break:
    """Break the connection instead of a response."""


@dataclass(frozen=True, slots=True)
class Stream:
    """The lines of a watch, and what follows them: a regular end, a broken connection, or silence."""

    lines: tuple[object, ...] = ()
    then: str = "end"


StoreDecision = Reply | Break | Stream


@dataclass(frozen=True, slots=True)
class Request:
    """A received request; header names as they were sent."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class ScriptedAPI:
    """The script of the server, and the received requests; `url` is its address."""

    def __init__(self) -> None:
        self.url = ""
        self.answers: deque[StoreDecision] = deque()
        self.watches: deque[StoreDecision] = deque()
        self.always: StoreDecision = Reply()
        self.requests: list[Request] = []
        self.closed = asyncio.Event()
        self.may_answer = asyncio.Event()  # what is no watch waits for it
        self.may_answer.set()

    @property
    def watched(self) -> list[Request]:
        """The watches among the requests."""
        return [request for request in self.requests if "watch" in request.query]

    @property
    def asked(self) -> list[Request]:
        """The other requests."""
        return [request for request in self.requests if "watch" not in request.query]

    async def handle(self, request: BaseRequest) -> web.StreamResponse:
        """Serve one request."""
        seen = Request(request.method, request.path, dict(request.query), request.headers.copy(), await request.read())
        self.requests.append(seen)
        if "watch" not in seen.query:
            await self.may_answer.wait()
        match self._turn(seen):
            case Reply(body, status, headers):
                data = body if isinstance(body, bytes) else orjson.dumps(body)
                return web.Response(body=data, status=status, headers=headers)
            case Stream(lines, then):
                return await self._stream(request, lines, then)
            case Break():
                return _broken(request)

    def _turn(self, seen: Request) -> StoreDecision:
        if "watch" in seen.query:
            return self.watches.popleft() if self.watches else Stream(then="silence")
        return self.answers.popleft() if self.answers else self.always

    async def _stream(self, request: BaseRequest, lines: tuple[object, ...], then: str) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for line in lines:
            await response.write(line if isinstance(line, bytes) else orjson.dumps(line) + b"\n")
        if then == "silence":
            await self.closed.wait()
        if then == "cut":
            return _broken(request)
        return response


@asynccontextmanager
async def scripted_api() -> AsyncIterator[ScriptedAPI]:
    """Serve a script on a free port."""
    api = ScriptedAPI()
    runner = web.ServerRunner(web.Server(api.handle), shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, HOST, 0)
    await site.start()
    api.url = f"http://{HOST}:{runner.addresses[0][1]}"
    try:
        yield api
    finally:
        api.closed.set()
        await runner.cleanup()


def _broken(request: BaseRequest) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
