"""Responses whose end does not arrive, or whose head is large, over real sockets: what has arrived is returned."""

import pytest

from oauth_connector.oauth.signals import Symptom
from oauth_connector.oauth.token import HTTPResponse
from tests.support.raw_server import OK, send_request, serve_bytes


@pytest.mark.parametrize(
    "sent",
    [b"Content-Length: 99\r\n\r\n{}", b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n"],
    ids=["fewer bytes than announced", "without the last chunk"],
)
async def test_what_has_arrived_of_a_body_is_returned(sent: bytes) -> None:
    """A body may be whole although its end is missing, and a part may contain the successor of a refresh token."""
    async with serve_bytes(OK + sent) as server:
        answer = await send_request(server)
    assert isinstance(answer, HTTPResponse)
    assert (answer.body, answer.interruption) == (b"{}", Symptom.CONNECTION_LOST)


async def test_a_body_without_an_end_is_returned_when_the_time_is_over() -> None:
    """A server that states no length, and leaves the connection open, may have sent the whole body."""
    async with serve_bytes(OK + b"\r\n{}", close=False) as server:
        answer = await send_request(server)
    assert isinstance(answer, HTTPResponse)
    assert (answer.body, answer.interruption) == (b"{}", Symptom.TIMEOUT)


async def test_large_headers_do_not_hide_the_body() -> None:
    """A server may send 200 KiB of headers; the library's own limit would lose the response."""
    headers = b"".join(b"X-%d: %04000d\r\n" % (n, n) for n in range(50))
    async with serve_bytes(OK + headers + b"Content-Length: 2\r\n\r\n{}") as server:
        answer = await send_request(server)
    assert isinstance(answer, HTTPResponse)
    assert answer.body == b"{}"
