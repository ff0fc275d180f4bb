"""HTTP to the Kubernetes API, on aiohttp: tokens, time limits, retries, errors.

Reads are retried within a small budget when the API server is overloaded or a connection breaks. Writes are not: only
the caller knows whether a write that may have happened can be repeated. (A 401 is the exception: nothing happened.)
"""

import asyncio
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

from oauth_connector.kube.access import Access
from oauth_connector.kube.backoff import Backoff
from oauth_connector.kube.errors import RETRYABLE, KubeError, build_error
from oauth_connector.kube.identity import TokenRejectedError
from oauth_connector.kube.sessions import Authenticator, open_session
from oauth_connector.tls.verification import find_certificate_error

TOTAL_TIMEOUT = 15.0
"""Seconds for one call, including its retries."""

CONNECT_TIMEOUT = 5.0
CONNECTIONS = 32
"""Requests to the API server at once, beside the watches: each connection costs both sides a handshake and 100 KB."""

READ_TRIES = 3
FIRST_PAUSE = 0.2
NOT_GOOD = 300

NOT_SENT = "not sent"

JSON = "application/json"

Observe = Callable[[str, str, str, float], None]
"""Called for each request that is sent: verb, resource, status code or `error`, seconds."""


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
        self.identity = access.identity
        self._session: aiohttp.ClientSession | None = None
        self._turns = asyncio.Semaphore(CONNECTIONS)  # in order; aiohttp's own limit lets callers without an end starve
        self._date = ""

    async def __aenter__(self) -> Self:
        authenticator = Authenticator(self.identity)
        self._session = open_session(self._access, authenticator.send_or_fail)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    @property
    def server_time(self) -> datetime | None:
        """The time of the API server in its last response (RFC 9110 §6.6.1), in UTC; the local clock may be wrong."""
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
        """Send a request and return the object of the response. Raises `KubeError`."""
        headers = {"Accept": accept, "Content-Type": content_type}
        call = _Call(method, path, query or {}, headers, orjson.dumps(body) if body is not None else None)
        deadline = time.monotonic() + self._timeout
        return await self._send_with_retries(call, deadline)

    async def read_lines(
        self, path: str, query: Mapping[str, str], accept: str, silence: float
    ) -> AsyncGenerator[bytes, None]:
        """Open a watch and yield its lines, of any length, until the server ends it. Raises `KubeError`.

        `silence` is the longest time without a byte, in seconds.
        """
        call = _Call("GET", path, query, {"Accept": accept})
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_TIMEOUT, sock_read=silence)
        incomplete = b""
        try:
            async with self._open(call, timeout) as response:
                await _raise_for_status(response)
                async for chunk in response.content.iter_any():
                    *whole, incomplete = (incomplete + chunk).split(b"\n")
                    for line in filter(None, whole):
                        yield line
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise KubeError(0, _name_failure(error)) from None

    async def _send_with_retries(self, call: _Call, deadline: float) -> dict[str, Any]:
        """Send a request, and retry a read while there is time. Raises `KubeError`."""
        backoff = Backoff(FIRST_PAUSE, self._timeout)
        for attempt in count(1):
            try:
                return await self._send_once(call, deadline - time.monotonic())
            except KubeError as error:
                pause = backoff.next_pause(error.retry_after)
                may_help = call.method == "GET" and error.status in RETRYABLE and attempt < READ_TRIES
                if not may_help or time.monotonic() + pause >= deadline:
                    raise
            await asyncio.sleep(pause)
        raise AssertionError("the last attempt returns or raises")

    async def _send_once(self, call: _Call, seconds: float) -> dict[str, Any]:
        started, code = time.monotonic(), NOT_SENT
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_TIMEOUT)
        try:
            async with asyncio.timeout(seconds), self._turns:
                code = "error"
                async with self._open(call, timeout) as response:
                    code = str(response.status)
                    self._date = response.headers.get("Date", "")
                    await _raise_for_status(response)
                    return await _read_object(response)
        except TokenRejectedError:
            code = NOT_SENT
            raise
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise KubeError(0, _name_failure(error)) from None
        finally:
            if code != NOT_SENT:
                self._observe(call.method, _name_resource(call.path), code, time.monotonic() - started)

    def _open(self, call: _Call, timeout: aiohttp.ClientTimeout) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        if self._session is None:
            raise RuntimeError("The client is used outside its context.")
        return self._session.request(
            call.method,
            self._access.server + call.path,
            params=call.query,
            data=call.data,
            headers=call.headers,
            timeout=timeout,
            allow_redirects=False,  # the API server sends none; the token is for the API server only
        )


def _name_failure(error: Exception) -> str:
    """Return the kind of a failure to connect, with the cause where a certificate is refused."""
    refusal = find_certificate_error(error)
    return f"{type(error).__name__}: {refusal}" if refusal else type(error).__name__


async def _raise_for_status(response: aiohttp.ClientResponse) -> None:
    """Raise `KubeError` when the API server rejects the request."""
    if response.status >= NOT_GOOD:
        status = await _read_json(response)
        details = status if isinstance(status, dict) else {}
        raise build_error(response.status, details, response.headers.get("Retry-After", ""))


async def _read_object(response: aiohttp.ClientResponse) -> dict[str, Any]:
    """Read an object. Raises `KubeError` without one: then the response is not from the API server."""
    value = await _read_json(response)
    if not isinstance(value, dict):
        raise KubeError(0, "NotJSON")
    return value


async def _read_json(response: aiohttp.ClientResponse) -> object:
    try:
        return orjson.loads(await response.read())
    except orjson.JSONDecodeError:
        return None


def _name_resource(path: str) -> str:
    """Return the resource of a path, for metrics: `secrets`, `oauthconnectors/status`."""
    parts = path.strip("/").split("/")
    parts = parts[2:] if parts[0] == "api" else parts[3:]
    if parts[:1] == ["namespaces"] and len(parts) > 2:  # noqa: PLR2004  # namespaces/<name>/<resource>
        parts = parts[2:]
    return "/".join((parts[:1] or ["other"]) + parts[2:3])
