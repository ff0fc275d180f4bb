"""HTTP to the Kubernetes API, on aiohttp: tokens, time limits, tries, refusals.

Reads are made again within a small budget when the API server sheds load or a connection breaks. Writes are not: only
the caller knows whether a write that may have happened can be made twice. (A 401 is the exception: nothing happened.)
"""

import asyncio
import random
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import count
from types import TracebackType
from typing import Any, Self

import aiohttp
import orjson
import structlog

from oauth_connector.api.names import OPERATOR
from oauth_connector.kube.access import Access
from oauth_connector.kube.errors import RETRYABLE, UNAUTHORIZED, AccessError, KubeError, refusal

TOTAL_TIMEOUT = 15.0
"""Seconds for one call, all its tries together."""

CONNECT_TIMEOUT = 5.0
CONNECTIONS = 32
"""To the API server at once: each costs it and us a handshake and 100 KB."""

READ_TRIES = 3
FIRST_PAUSE = 0.2
NOT_GOOD = 300

JSON = "application/json"

Observe = Callable[[str, str, str, float], None]
"""Told of each request: verb, resource, status code or `error`, seconds."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Call:
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    data: bytes | None = field(default=None, repr=False)


class Transport:
    """Requests to one API server, as one identity; entering it raises `AccessError` for bad certificates."""

    def __init__(self, access: Access, observe: Observe | None = None, *, timeout: float = TOTAL_TIMEOUT) -> None:
        self._access = access
        self._observe = observe or (lambda _verb, _resource, _code, _seconds: None)
        self._timeout = timeout
        self._renewing = asyncio.Lock()
        self._session: aiohttp.ClientSession | None = None
        self._date = ""

    async def __aenter__(self) -> Self:
        context = self._access.ssl_context()
        connector = aiohttp.TCPConnector(limit=CONNECTIONS, keepalive_timeout=30, ssl=context)
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": OPERATOR},
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    @property
    def told_time(self) -> datetime | None:
        """What the API server's clock said in its last answer (RFC 9110 §6.6.1), in UTC; for those who doubt ours."""
        try:
            return parsedate_to_datetime(self._date).replace(tzinfo=UTC)
        except ValueError:
            return None

    async def request(  # noqa: PLR0913  # an HTTP request has these parts
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: object = None,
        content_type: str = JSON,
        accept: str = JSON,
    ) -> dict[str, Any]:
        """Make a request and give the object that it answers with. Raises `KubeError`."""
        headers = {"Accept": accept, "Content-Type": content_type}
        call = _Call(method, path, query or {}, headers, orjson.dumps(body) if body is not None else None)
        deadline = time.monotonic() + self._timeout
        try:
            return await self._tried(call, deadline)
        except KubeError as error:
            if error.status != UNAUTHORIZED:
                raise
        await self._renew()
        return await self._tried(call, deadline)

    async def lines(
        self, path: str, query: Mapping[str, str], accept: str, silence: float
    ) -> AsyncGenerator[bytes, None]:
        """Open a watch and give its lines, of any length, until the server ends it. Raises `KubeError`.

        `silence` is for how many seconds no byte may come.
        """
        call = _Call("GET", path, query, {"Accept": accept})
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_TIMEOUT, sock_read=silence)
        rest = b""
        try:
            async with self._open(call, timeout) as response:
                await _refuse(response)
                async for chunk in response.content.iter_any():
                    *whole, rest = (rest + chunk).split(b"\n")
                    for line in filter(None, whole):
                        yield line
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise KubeError(0, type(error).__name__) from None

    async def _tried(self, call: _Call, deadline: float) -> dict[str, Any]:
        """Make a request, and a read again while that may help and there is time. Raises `KubeError`."""
        for attempt in count(1):
            try:
                return await self._once(call, deadline - time.monotonic())
            except KubeError as error:
                pause = max(error.retry_after or 0.0, FIRST_PAUSE * attempt * random.uniform(0.5, 1.5))  # noqa: S311  # spreads retries
                may_help = call.method == "GET" and error.status in RETRYABLE and attempt < READ_TRIES
                if not may_help or time.monotonic() + pause >= deadline:
                    raise
            await asyncio.sleep(pause)
        raise AssertionError("the last attempt returns or raises")

    async def _once(self, call: _Call, seconds: float) -> dict[str, Any]:
        started, code = time.monotonic(), "error"
        timeout = aiohttp.ClientTimeout(total=max(seconds, 0.001), sock_connect=CONNECT_TIMEOUT)  # 0 would mean none
        try:
            async with self._open(call, timeout) as response:
                code = str(response.status)
                self._date = response.headers.get("Date", "")
                await _refuse(response)
                return await _object(response)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise KubeError(0, type(error).__name__) from None
        finally:
            self._observe(call.method, _resource(call.path), code, time.monotonic() - started)

    def _open(self, call: _Call, timeout: aiohttp.ClientTimeout) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        if self._session is None:
            raise RuntimeError("the client is used outside its context")
        return self._session.request(
            call.method,
            self._access.server + call.path,
            params=call.query,
            data=call.data,
            headers={**call.headers, **self._authorization()},
            timeout=timeout,
            allow_redirects=False,  # the API server sends none; our token is for nobody else
        )

    def _authorization(self) -> dict[str, str]:
        try:
            return self._access.authorization()
        except AccessError as error:
            log.warning("no token for the Kubernetes API", cause=str(error))
            raise KubeError(UNAUTHORIZED, "NoToken") from None

    async def _renew(self) -> None:
        """Look for a newer token, in a thread, since a program may be asked; once for all who wait."""
        if self._renewing.locked():
            async with self._renewing:
                return
        async with self._renewing:
            try:
                await asyncio.to_thread(self._access.renew)
            except AccessError as error:
                log.warning("no new token for the Kubernetes API", cause=str(error))


async def _refuse(response: aiohttp.ClientResponse) -> None:
    """Raise `KubeError` where the API server refuses."""
    if response.status >= NOT_GOOD:
        status = await _json(response)
        told = status if isinstance(status, dict) else {}
        raise refusal(response.status, told, response.headers.get("Retry-After", ""))


async def _object(response: aiohttp.ClientResponse) -> dict[str, Any]:
    """Read an object. Raises `KubeError` where there is none: then something else than the API server has answered."""
    value = await _json(response)
    if not isinstance(value, dict):
        raise KubeError(0, "NotJSON")
    return value


async def _json(response: aiohttp.ClientResponse) -> object:
    try:
        return orjson.loads(await response.read())
    except orjson.JSONDecodeError:
        return None


def _resource(path: str) -> str:
    """Name the resource of a path, for metrics: `secrets`, `oauthconnectors/status`."""
    parts = path.strip("/").split("/")
    parts = parts[2:] if parts[0] == "api" else parts[3:]
    if parts[:1] == ["namespaces"] and len(parts) > 2:  # noqa: PLR2004  # namespaces/<name>/<resource>
        parts = parts[2:]
    return "/".join((parts[:1] or ["other"]) + parts[2:3])
