"""Clients that leave, or send what cannot be read: the log of the server has no error for them."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.support.http_client import HTTPClient
from tests.support.in_memory_consent_server import PUBLIC, ConsentScenario
from tests.support.polling import eventually

Lines = Sequence[Mapping[str, Any]]


def a_head(world: ConsentScenario, *lines: str, origin: str = PUBLIC) -> bytes:
    """Return the head of a POST with all that is checked before its body."""
    own = (f"POST {world.path} HTTP/1.1", "Host: connect.example.com", f"Origin: {origin}", "Cookie: __Host-oac-here=1")
    return "\r\n".join((*own, *lines, "", "")).encode()


async def send_and_leave(visitor: HTTPClient, data: bytes) -> None:
    """Send bytes, and break the connection."""
    _, writer = await asyncio.open_connection("127.0.0.1", int(visitor.url.rpartition(":")[2]))
    writer.write(data)
    await writer.drain()
    await asyncio.sleep(0)
    writer.transport.abort()


def failures(logged: Lines) -> list[str]:
    """Return the failures of the requests in the log."""
    return [line["failure"] for line in logged if line["event"] == "request"]


@pytest.mark.parametrize(
    ("lines", "body", "failure"),
    [
        (("Content-Length: 4000",), b"", "BodyIncomplete"),
        (("Content-Length: 4000",), b"ticket=", "BodyIncomplete"),
        (("Transfer-Encoding: chunked",), b"5\r\nab", "BodyIncomplete"),
        (("Content-Length: 9", "Content-Encoding: gzip"), b"no gzip!!", "BodyIncomplete"),
        (("Content-Length: 9", "Content-Encoding: deflate"), b"\xffno flate", "BodyIncomplete"),
        (("Content-Length: 6", "Content-Type: multipart/form-data"), b"--b\r\nx", "TicketMissing"),
        (("Content-Length: 2", "Content-Type: application/json; charset=no"), b"{}", "TicketMissing"),
    ],
)
async def test_a_client_that_leaves_or_contradicts_itself_is_no_error(
    visitor: HTTPClient, world: ConsentScenario, lines: tuple[str, ...], body: bytes, failure: str
) -> None:
    """Its request is one line of the level `info`, and nothing was read from the API server."""
    with capture_logs() as logged:
        await send_and_leave(visitor, a_head(world, *lines) + body)
        await eventually(lambda: failures(logged) == [failure])
        assert (await visitor.get("/healthz")).status == 200
    assert {line["log_level"] for line in logged} <= {"info", "debug"}
    assert world.store.reads == 0


async def test_a_client_that_leaves_after_a_refusal_is_no_error(visitor: HTTPClient, world: ConsentScenario) -> None:
    """The rest of its body is read for a moment, so that it can receive the page, and then it is gone."""
    with capture_logs() as logged:
        await send_and_leave(visitor, a_head(world, "Content-Length: 4000", origin="https://evil.example"))
        await eventually(lambda: failures(logged) == ["CrossOrigin"])
        assert (await visitor.get("/healthz")).status == 200
    assert {line["log_level"] for line in logged} <= {"info", "debug"}


async def test_a_chunk_that_cannot_be_read_is_no_error(visitor: HTTPClient, world: ConsentScenario) -> None:
    """The server responds and closes the connection."""
    with capture_logs() as logged:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(visitor.url.rpartition(":")[2]))
        writer.write(a_head(world, "Transfer-Encoding: chunked") + b"zz\r\nab\r\n")
        answer = await reader.read()
        writer.close()
        await writer.wait_closed()
    assert answer.split(maxsplit=2)[1] == b"400"
    assert {line["log_level"] for line in logged} <= {"info", "debug"}
