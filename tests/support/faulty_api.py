"""A reverse proxy before the real API server that injects faults.

A fault applies to requests, to watches or to both, for the length of a `with` block.
"""

import asyncio
import json
import re
import ssl
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import yaml
from aiohttp import web

from tests.support.api_faults import Drop, FailWatch, Lose, Refuse, RequestFault, Silence, Slow, WatchFault
from tests.support.http_messages import HOP_BY_HOP

HOST = "127.0.0.1"


@dataclass(eq=False)
class _Rule:
    fault: RequestFault | WatchFault
    methods: frozenset[str]
    path: re.Pattern[str]
    befell: int = 0

    def meets(self, request: web.BaseRequest) -> bool:
        return request.method in self.methods and self.path.search(request.path) is not None


ALL = ("GET", "POST", "PATCH", "PUT", "DELETE")


@dataclass
class FaultyAPI:
    """The proxy on 127.0.0.1; `faulty_api(…)` starts one."""

    server: str
    session: aiohttp.ClientSession
    port: int = 0
    requests: list[tuple[str, str]] = field(default_factory=list)
    _requests: list[_Rule] = field(default_factory=list)
    _watches: list[_Rule] = field(default_factory=list)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _runner: web.ServerRunner | None = None

    # --- what a test does to it ---------------------------------------------------------------------------------
    @contextmanager
    def requests_meet(self, fault: RequestFault, *methods: str, path: str = "") -> Iterator[_Rule]:
        """Apply the fault to requests (not watches) with these methods, or all, whose path matches a pattern."""
        with self._ruled(self._requests, fault, methods or ALL, path) as rule:
            yield rule

    @contextmanager
    def watches_meet(self, fault: WatchFault, path: str = "") -> Iterator[_Rule]:
        """Apply the fault to watches: open ones at their next event, and new ones."""
        with self._ruled(self._watches, fault, ("GET",), path) as rule:
            yield rule

    async def up(self) -> None:
        """Accept connections, on the same port as before."""
        self._runner = web.ServerRunner(web.Server(self._serve), shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, HOST, self.port, reuse_address=True)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def down(self) -> None:
        """Break all connections, and refuse new ones."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    @property
    def writes(self) -> list[tuple[str, str]]:
        """Method and path of the requests that write, in order of arrival."""
        return [(method, path) for method, path in self.requests if method != "GET"]

    # --- what it does -------------------------------------------------------------------------------------------
    @contextmanager
    def _ruled(
        self, rules: list[_Rule], fault: RequestFault | WatchFault, methods: tuple[str, ...], path: str
    ) -> Iterator[_Rule]:
        rule = _Rule(fault, frozenset(methods), re.compile(path))
        rules.append(rule)
        self._wake()
        try:
            yield rule
        finally:
            rules.remove(rule)

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        is_watch = "watch" in request.query
        if not is_watch:
            self.requests.append((request.method, request.path))
        rule = _first(self._watches if is_watch else self._requests, request)
        match rule.fault if rule else None:
            case Refuse() as refusal:
                return refusal.response()
            case Slow(seconds):
                await asyncio.sleep(seconds)
            case Lose():
                async with self._forwarded(request):
                    return _broken(request)
        async with self._forwarded(request) as answer:
            if is_watch and answer.status == 200:
                return await self._watch(request, answer)
            return web.Response(status=answer.status, headers=_kept(answer.headers), body=await answer.read())

    @asynccontextmanager
    async def _forwarded(self, request: web.BaseRequest) -> AsyncIterator[aiohttp.ClientResponse]:
        async with self.session.request(
            request.method,
            self.server + request.raw_path,
            headers=_kept(request.headers),
            data=await request.read() or None,
            timeout=aiohttp.ClientTimeout(total=None),
            allow_redirects=False,
        ) as answer:
            yield answer

    async def _watch(self, request: web.BaseRequest, answer: aiohttp.ClientResponse) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        lines = aiter(answer.content)
        upcoming = asyncio.ensure_future(anext(lines, b""))
        try:
            while True:
                changed = asyncio.ensure_future(self._changed.wait())
                await asyncio.wait((upcoming, changed), return_when=asyncio.FIRST_COMPLETED)
                changed.cancel()
                rule = _first(self._watches, request)
                if rule is not None and await self._spoilt(rule, response):
                    return response
                if upcoming.done():
                    line = upcoming.result()
                    if not line:
                        return response
                    if rule is not None and isinstance(rule.fault, Drop) and _type_of(line) == rule.fault.kind:
                        rule.befell += 1
                    else:
                        await response.write(line)
                    upcoming = asyncio.ensure_future(anext(lines, b""))
        finally:
            upcoming.cancel()

    async def _spoilt(self, rule: _Rule, response: web.StreamResponse) -> bool:
        """Apply a fault to an open watch; return whether that ended it."""
        rule.befell += not isinstance(rule.fault, Drop)
        match rule.fault:
            case Silence():
                await asyncio.Event().wait()
            case FailWatch(code):
                status = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "code": code, "reason": "Expired"}
                await response.write(json.dumps({"type": "ERROR", "object": status}).encode() + b"\n")
                return True
            case Refuse():
                return True
        return False


@asynccontextmanager
async def faulty_api(server: str, ca: Path) -> AsyncIterator[FaultyAPI]:
    """Start a proxy before the API server at an address, with the certificate of its authority."""
    connector = aiohttp.TCPConnector(ssl=ssl.create_default_context(cafile=ca), limit=0)
    async with aiohttp.ClientSession(connector=connector, auto_decompress=False) as session:
        proxy = FaultyAPI(server, session)
        await proxy.up()
        try:
            yield proxy
        finally:
            await proxy.down()


def kubeconfig_through(proxy: FaultyAPI, kubeconfig: Path, folder: Path) -> Path:
    """Copy a kubeconfig, with the address of the proxy."""
    config: dict[str, Any] = yaml.safe_load(kubeconfig.read_text())
    config["clusters"][0]["cluster"] = {"server": f"http://{HOST}:{proxy.port}"}
    path = folder / "through-the-proxy.kubeconfig"
    path.touch(mode=0o600)
    path.write_text(yaml.safe_dump(config))
    return path


def _first(rules: list[_Rule], request: web.BaseRequest) -> _Rule | None:
    return next((rule for rule in rules if rule.meets(request)), None)


def _kept(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() not in HOP_BY_HOP}


def _type_of(line: bytes) -> str:
    return str(json.loads(line)["type"])


def _broken(request: web.BaseRequest) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
