"""Connections for httpcore2 on asyncio's own streams, a third cheaper than those that it brings along.

Time limits of single reads and writes are left out: `fetch` limits a request as a whole. What the pool asks of every
idle connection before each request, whether it was closed meanwhile, is answered from what the event loop knows.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpcore2

LARGEST_PIECE = 65536


async def connect(address: str, port: int, limit: float | None) -> httpcore2.AsyncNetworkStream:
    """Connect to an address within so many seconds. Raises `ConnectError` or `ConnectTimeout`."""
    async with _translate_errors(limit):
        return _AsyncioStream(*await asyncio.open_connection(address, port, limit=LARGEST_PIECE))


def abort(writer: asyncio.StreamWriter) -> None:
    """Close a connection now: TLS says goodbye, but would else wait half a minute for an answer to that."""
    writer.close()
    writer.transport.abort()


class _AsyncioStream(httpcore2.AsyncNetworkStream):
    """One connection, before and after its TLS handshake."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002, ASYNC109  # the library's protocol
        """Read what there is; nothing at the end. Raises `ReadError`."""
        try:
            return await self._reader.read(max_bytes)
        except OSError as error:
            raise httpcore2.ReadError(str(error)) from error

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002, ASYNC109  # as above
        """Write. Raises `WriteError`."""
        try:
            self._writer.write(buffer)
            await self._writer.drain()
        except OSError as error:
            raise httpcore2.WriteError(str(error)) from error

    async def aclose(self) -> None:
        """Close, without waiting for the other side to agree."""
        abort(self._writer)

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109  # the library's protocol
    ) -> httpcore2.AsyncNetworkStream:
        """Shake hands. Raises `ConnectError` or `ConnectTimeout`."""
        try:
            async with _translate_errors(timeout):
                await self._writer.start_tls(ssl_context, server_hostname=server_hostname)
        except BaseException:
            abort(self._writer)
            raise
        return self

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401  # the library's protocol
        """Tell whether there is something to read, which of an idle connection means that it is over; or its TLS."""
        if info == "is_readable":
            return self._reader.at_eof() or self._reader.exception() is not None or self._writer.is_closing()
        return self._writer.get_extra_info("ssl_object") if info == "ssl_object" else None


@asynccontextmanager
async def _translate_errors(limit: float | None) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(limit):
            yield
    except TimeoutError as error:
        raise httpcore2.ConnectTimeout(str(error)) from error
    except OSError as error:
        raise httpcore2.ConnectError(str(error)) from error
