"""The body of a request: bounded in time and size, and what is wrong with it is the client's doing."""

import asyncio

import pytest
from aiohttp import web
from aiohttp.http_exceptions import TransferEncodingError
from aiohttp.streams import StreamReader
from aiohttp.test_utils import make_mocked_request
from aiohttp.web_protocol import RequestPayloadError

from oauth_connector.consent_server.failures import PageFailure, RequestStopped
from oauth_connector.consent_server.request_body import BODY_SECONDS, MOST_FIELDS, read_fields
from tests.support.virtual_time import run_virtually

FORM = "application/x-www-form-urlencoded"


def a_request(kind: str) -> tuple[web.Request, StreamReader]:
    """Return a request, and the stream of its body."""
    first = make_mocked_request("POST", "/", headers={"Content-Type": kind})
    stream = StreamReader(first.protocol, 2**16, loop=asyncio.get_running_loop())
    request = make_mocked_request("POST", "/", headers={"Content-Type": kind}, payload=stream, client_max_size=4096)
    return request, stream


@pytest.mark.parametrize(
    ("kind", "body", "fields"),
    [
        (FORM, b"ticket=a&continue=yes", {"ticket": "a", "continue": "yes"}),
        (f"{FORM}; charset=unknown", b"ticket=a", {"ticket": "a"}),
        (FORM, b"ticket=%C3%A9&b=", {"ticket": "é", "b": ""}),
        (FORM, b"ticket=\xff", {}),
        (FORM, b"&" * MOST_FIELDS + b"a=b", {}),
        (FORM, b"", {}),
        ("application/json", b'{"ticket":"a","n":1}', {"ticket": "a"}),
        ("application/json", b"[" * 4000, {}),
        ("application/json", b'["ticket"]', {}),
        ("application/json", b"\xff\xfe\x00", {}),
        ("multipart/form-data; boundary=b", b"--b\r\n\r\nx\r\n--b--", {"--b\r\n\r\nx\r\n--b--": ""}),
    ],
)
async def test_the_fields_of_a_body_are_read(kind: str, body: bytes, fields: dict[str, str]) -> None:
    """A form, or JSON; what is neither has none of the fields that a page sends, and raises nothing."""
    request, stream = a_request(kind)
    stream.feed_data(body)
    stream.feed_eof()
    assert await read_fields(request) == fields


@pytest.mark.parametrize("begun", [b"", b"ticket="])
def test_a_body_that_never_comes_ends_after_ten_seconds(begun: bytes) -> None:
    """A client with three thousand such requests would occupy memory for as long as it likes."""

    async def wait() -> float:
        request, stream = a_request(FORM)
        stream.feed_data(begun)
        started = asyncio.get_running_loop().time()
        with pytest.raises(RequestStopped) as stopped:
            await read_fields(request)
        assert stopped.value.failure is PageFailure.TOO_SLOW
        return asyncio.get_running_loop().time() - started

    assert run_virtually(wait()) == pytest.approx(BODY_SECONDS)


async def test_a_body_that_is_too_large_is_not_read_to_its_end() -> None:
    """A ticket has 43 characters."""
    request, stream = a_request(FORM)
    stream.feed_data(b"x" * 5000)
    with pytest.raises(RequestStopped) as stopped:
        await read_fields(request)
    assert stopped.value.failure is PageFailure.TOO_LARGE


@pytest.mark.parametrize(
    "error", [ConnectionResetError("Connection lost"), TransferEncodingError("x"), RequestPayloadError("x")]
)
async def test_what_the_client_breaks_is_a_failure_of_its_request(error: Exception) -> None:
    """It is no error of this server: any client could fill its log."""
    request, stream = a_request(FORM)
    stream.set_exception(error)
    with pytest.raises(RequestStopped) as stopped:
        await read_fields(request)
    assert stopped.value.failure is PageFailure.BODY_INCOMPLETE
