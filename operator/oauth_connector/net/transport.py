"""httpx2 over connections that the egress guard allows: one resolution, one check, one address to connect to.

The name is resolved once and the connection is made to the address that was checked, so that a name which changes
between two look-ups (DNS rebinding) has no effect. TLS still verifies the name.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterable, Sequence

import httpcore2
import httpx2

from oauth_connector.net.destinations import AllowedDestination
from oauth_connector.net.egress_guard import Destination, is_allowed
from oauth_connector.net.resolver import Resolver, UnresolvedError
from oauth_connector.net.streams import connect
from oauth_connector.oauth.signals import Symptom

CONNECTIONS = 256

LARGEST_HEADERS = 256 * 1024
"""Bytes of a response head at most. Beyond it the whole response is lost, and with it a refresh token."""

httpcore2.AsyncHTTP11Connection.MAX_INCOMPLETE_EVENT_SIZE = LARGEST_HEADERS  # its default, 100 KiB, has no option


class NotConnectedError(httpcore2.ConnectError):
    """No connection was made; `symptom` is the reason."""

    def __init__(self, symptom: Symptom) -> None:
        super().__init__(symptom.value)
        self.symptom = symptom


class _GuardedBackend(httpcore2.AsyncNetworkBackend):
    """Makes the connections of one pool, which is for one scheme."""

    def __init__(self, scheme: str, allowed: Sequence[AllowedDestination], resolver: Resolver) -> None:
        self._scheme = scheme
        self._resolver = resolver
        self._allowed = allowed

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  # the library's protocol
        local_address: str | None = None,  # noqa: ARG002  # as above
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,  # noqa: ARG002  # as above
    ) -> httpcore2.AsyncNetworkStream:
        """Resolve, check, and connect to the first address that accepts the connection."""
        try:
            addresses = await self._resolver.resolve(host)
        except UnresolvedError as error:
            raise NotConnectedError(error.symptom) from None
        checked = [a for a in addresses if is_allowed(Destination(self._scheme, host, port, a), self._allowed)]
        if not checked or len(checked) < len(addresses):
            raise NotConnectedError(Symptom.DESTINATION_NOT_ALLOWED)
        last: Exception = NotConnectedError(Symptom.CONNECTION_FAILED)
        for address in checked:
            try:
                return await connect(str(address), port, timeout)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                last = error
        raise last

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

    def __init__(self, trust: ssl.SSLContext, allowed: Sequence[AllowedDestination], resolver: Resolver) -> None:
        self._pools = {
            scheme: httpcore2.AsyncConnectionPool(
                ssl_context=trust,
                max_connections=CONNECTIONS,
                max_keepalive_connections=16,
                keepalive_expiry=15.0,
                http1=True,
                http2=False,
                network_backend=_GuardedBackend(scheme, allowed, resolver),
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
