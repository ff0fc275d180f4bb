"""The hot path to the Kubernetes API: one small client on aiohttp, a fifth of the cost of the generated ones.

Reads are made again within a small budget when the API server sheds load or a connection breaks. Writes are not: only
the caller knows whether a write that may have happened can be made twice.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Self

import aiohttp
import orjson

from oauth_connector.kube.access import Access
from oauth_connector.kube.errors import KubeError

TOTAL_TIMEOUT = 15.0
CONNECTIONS = 64
READ_TRIES = 3
LONGEST_WAIT = 5.0
UNAUTHORIZED, TOO_MANY, ERRORS = 401, 429, 400
PASSING = frozenset({0, 429, 500, 502, 503, 504})

Observe = Callable[[str, str, str, float], None]
"""Told of each request: verb, resource, status code or `error`, seconds."""


class KubeAPI:
    """Requests to one API server, as one identity."""

    def __init__(self, access: Access, observe: Observe | None = None, *, timeout: float = TOTAL_TIMEOUT) -> None:
        self._access = access
        self._observe = observe or (lambda _verb, _resource, _code, _seconds: None)
        self._timeout = aiohttp.ClientTimeout(total=timeout, connect=5.0)
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        connector = aiohttp.TCPConnector(limit=CONNECTIONS, keepalive_timeout=30, ssl=self._access.ssl)
        self._session = aiohttp.ClientSession(connector=connector, timeout=self._timeout, auto_decompress=True)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def request(  # noqa: PLR0913  # an HTTP request has these parts
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: object = None,
        content_type: str = "application/json",
        accept: str = "application/json",
    ) -> dict[str, Any]:
        """Make a request and give the object that it answers with. Raises `KubeError`."""
        headers = {"Accept": accept, "Content-Type": content_type}
        data = orjson.dumps(body) if body is not None else None
        for attempt in range(1, READ_TRIES + 1):
            try:
                return await self._once(method, path, query, data, headers)
            except KubeError as error:
                again = error.status in PASSING and method == "GET" and attempt < READ_TRIES
                if not again and not (error.status == UNAUTHORIZED and attempt == 1):
                    raise
                if error.status == UNAUTHORIZED:
                    await asyncio.to_thread(self._access.renew)
                await asyncio.sleep(min(error.retry_after or 0.2 * attempt, LONGEST_WAIT))
        raise AssertionError("the last attempt returns or raises")

    @asynccontextmanager
    async def stream(self, path: str, query: Mapping[str, str], accept: str, silence: float) -> AsyncIterator[Any]:
        """Open a watch; its lines are bytes. `silence` is how long none may come, in seconds. Raises `KubeError`."""
        timeout = aiohttp.ClientTimeout(total=None, connect=5.0, sock_read=silence)
        try:
            async with self._open(
                "GET", path, query=query, data=None, headers={"Accept": accept}, timeout=timeout
            ) as response:
                await _refuse(response)
                yield response.content
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise KubeError(0, type(error).__name__) from None

    async def _once(
        self, method: str, path: str, query: Mapping[str, str] | None, data: bytes | None, headers: Mapping[str, str]
    ) -> dict[str, Any]:
        started, code = time.monotonic(), "error"
        try:
            async with self._open(
                method, path, query=query, data=data, headers=headers, timeout=self._timeout
            ) as response:
                code = str(response.status)
                await _refuse(response)
                return _object(await response.read())
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise KubeError(0, type(error).__name__) from None
        finally:
            self._observe(method, _resource(path), code, time.monotonic() - started)

    def _open(  # noqa: PLR0913  # as request
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None,
        data: bytes | None,
        headers: Mapping[str, str],
        timeout: aiohttp.ClientTimeout,
    ) -> Any:  # noqa: ANN401  # aiohttp's own context manager
        if self._session is None:
            raise RuntimeError("the client is used outside its context")
        sent = {**headers, **self._access.authorization()}
        url = self._access.server + path
        return self._session.request(method, url, params=query, data=data, headers=sent, timeout=timeout)


async def _refuse(response: aiohttp.ClientResponse) -> None:
    """Raise what the API server refuses, by its `Status` object; its message stays unread, for it may quote values."""
    if response.status < ERRORS:
        return
    status = _object(await response.read())
    reason = status.get("reason")
    wait = response.headers.get("Retry-After", "")
    raise KubeError(
        response.status,
        reason if isinstance(reason, str) and reason.isalnum() else "Unknown",
        float(wait) if wait.isdigit() else None,
    )


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return value if isinstance(value, dict) else {}


def _resource(path: str) -> str:
    """Name the resource of a path, for metrics: `secrets`, `oauthconnectors/status`."""
    parts = path.strip("/").split("/")
    parts = parts[2:] if parts[0] == "api" else parts[3:]
    if parts[:1] == ["namespaces"] and len(parts) > 2:  # noqa: PLR2004  # namespaces/<name>/<resource>
        parts = parts[2:]
    return "/".join((parts[:1] or ["other"]) + parts[2:3])
