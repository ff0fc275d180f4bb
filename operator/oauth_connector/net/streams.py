"""Connections for httpcore2 on the streams of asyncio, which need a third less CPU than its own.

Time limits of single reads and writes are left out: `fetch` limits a request as a whole. Before each request, the pool
checks whether an idle connection was closed; the state of the event loop answers that without a system call.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpcore2

from oauth_connector.net.not_connected import NotConnectedError
from oauth_connector.oauth.signals import Symptom

LARGEST_PIECE = 65536


async def connect(address: str, port: int, limit: float | None) -> httpcore2.AsyncNetworkStream:
    """Connect to an address within so many seconds. Raises `ConnectError` or `ConnectTimeout`."""
    async with _translate_errors(limit):
        return _AsyncioStream(*await asyncio.open_connection(address, port, limit=LARGEST_PIECE))


def abort(writer: asyncio.StreamWriter) -> None:
    """Close a connection now: TLS would otherwise wait half a minute for the close notification of the server."""
    writer.close()
    writer.transport.abort()


class _AsyncioStream(httpcore2.AsyncNetworkStream):
    """One connection, before and after its TLS handshake."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002, ASYNC109  # the library's protocol
        """Read the available bytes; none at the end. Raises `ReadError`."""
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
        """Close, without waiting for the server."""
        abort(self._writer)

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109  # the library's protocol
    ) -> httpcore2.AsyncNetworkStream:
        """Perform the TLS handshake. Raises `ConnectError` or `ConnectTimeout`.

        What has arrived before it has no proven sender, and would be read as if it was decrypted.
        """
        try:
            self._require_silence()
            async with _translate_errors(timeout):
                await self._writer.start_tls(ssl_context, server_hostname=server_hostname)
        except BaseException:
            abort(self._writer)
            raise
        return self

    def _require_silence(self) -> None:
        if self._reader._buffer:  # type: ignore[attr-defined]  # noqa: SLF001  # the only way to see what is unread
            raise NotConnectedError(Symptom.PLAIN_HTTP)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401  # the library's protocol
        """Return whether the connection is readable, which means closed for an idle one, or its TLS object."""
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
