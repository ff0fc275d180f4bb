"""A port of the machine leads to a server, and a connection ends on both sides."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from devtools.cluster.node.forwarder import forward, listen
from devtools.local.reserved_port import reserved_port


async def answer_in_capitals(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer one line."""
    writer.write((await reader.readline()).upper())
    await writer.drain()
    writer.close()


@pytest.fixture
async def port() -> AsyncIterator[int]:
    """Yield a port from which connections are forwarded to a server."""
    server = await asyncio.start_server(answer_in_capitals, "127.0.0.1", 0)
    with reserved_port() as chosen:
        target = server.sockets[0].getsockname()[1]
        task = asyncio.create_task(forward(listen(chosen), "127.0.0.1", target))
        yield chosen
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
    server.close()


async def test_answer_arrives_and_the_end_too(port: int) -> None:
    """What the server sends arrives, and after it the end of the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"hello\n")
    assert await reader.read() == b"HELLO\n"
    writer.close()


async def test_closed_connection_does_not_stop_the_others(port: int) -> None:
    """A client that leaves without a word affects no other client."""
    _, leaving = await asyncio.open_connection("127.0.0.1", port)
    leaving.transport.abort()
    await test_answer_arrives_and_the_end_too(port)
