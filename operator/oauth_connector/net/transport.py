"""httpx2 over connections that the egress guard allows: one resolution, one check, one address to connect to.

The name is resolved once and the connection is made to the address that was checked, so that a name which changes
between two look-ups (DNS rebinding) has no effect. TLS still verifies the name.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterable

import httpcore2
import httpx2

from oauth_connector.net.egress import Egress, Route, find_route
from oauth_connector.net.not_connected import NotConnectedError
from oauth_connector.net.resolver import Resolver
from oauth_connector.net.streams import connect
from oauth_connector.net.tunnel import open_tunnel
from oauth_connector.oauth.signals import Symptom

CONNECTIONS = 256

LARGEST_HEADERS = 256 * 1024
"""Bytes of a response head at most. Beyond it the whole response is lost, and with it a refresh token."""

httpcore2.AsyncHTTP11Connection.MAX_INCOMPLETE_EVENT_SIZE = LARGEST_HEADERS  # its default, 100 KiB, has no option


async def open_route(route: Route, limit: float | None, resolver: Resolver) -> httpcore2.AsyncNetworkStream:
    """Connect to the first target of a route that accepts, within so many seconds for each.

    Raises `NotConnectedError`, `ConnectError` or `ConnectTimeout`.
    """
    if route.problem is not None:
        raise NotConnectedError(route.problem)
    last: Exception = NotConnectedError(Symptom.CONNECTION_FAILED)
    for target in route.targets:
        try:
            if route.proxy is not None:
                return await open_tunnel(route.proxy, target, route.port, limit, resolver)
            return await connect(target, route.port, limit)
        except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
            last = error
    raise last


class _GuardedBackend(httpcore2.AsyncNetworkBackend):
    """Makes the connections of one pool, which is for one scheme."""

    def __init__(self, scheme: str, egress: Egress, resolver: Resolver) -> None:
        self._scheme = scheme
        self._resolver = resolver
        self._egress = egress

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  # the library's protocol
        local_address: str | None = None,  # noqa: ARG002  # as above
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,  # noqa: ARG002  # as above
    ) -> httpcore2.AsyncNetworkStream:
        """Resolve, check, and connect to the first address that accepts the connection, or through the proxy."""
        route = await find_route(self._scheme, host, port, self._egress, self._resolver)
        return await open_route(route, timeout, self._resolver)

    async def connect_unix_socket(
        self,
        path: str,  # noqa: ARG002  # the library's protocol
        timeout: float | None = None,  # noqa: ARG002, ASYNC109  # as above
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,  # noqa: ARG002  # as above
    ) -> httpcore2.AsyncNetworkStream:
        """Raise an error: no provider listens on a Unix socket."""
        raise NotConnectedError(Symptom.DESTINATION_NOT_ALLOWED)

    async def sleep(self, seconds: float) -> None:
        """Sleep, for the pool."""
        await asyncio.sleep(seconds)


class _Body(httpx2.AsyncByteStream):
    def __init__(self, stream: AsyncIterator[bytes]) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._stream:
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()  # type: ignore[attr-defined]  # httpcore2's streams have it


class GuardedTransport(httpx2.AsyncBaseTransport):
    """A pool for https and one for http, both behind the guard, with one set of TLS options."""

    def __init__(self, trust: ssl.SSLContext, egress: Egress, resolver: Resolver) -> None:
        self._pools = {
            scheme: httpcore2.AsyncConnectionPool(
                ssl_context=trust,
                max_connections=CONNECTIONS,
                max_keepalive_connections=16,
                keepalive_expiry=15.0,
                http1=True,
                http2=False,
                network_backend=_GuardedBackend(scheme, egress, resolver),
            )
            for scheme in ("https", "http")
        }

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request over a checked connection. Raises httpcore2's exceptions."""
        answer = await self._pools[request.url.scheme].handle_async_request(
            httpcore2.Request(
                method=request.method,
                url=httpcore2.URL(
                    scheme=request.url.raw_scheme,
                    host=request.url.raw_host,
                    port=request.url.port,
                    target=request.url.raw_path,
                ),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx2.Response(
            status_code=answer.status,
            headers=answer.headers,
            stream=_Body(answer.stream),  # type: ignore[arg-type]  # an async iterable by its contract
            extensions=answer.extensions,
        )

    async def aclose(self) -> None:
        """Close all connections."""
        for pool in self._pools.values():
            await pool.aclose()
