"""One request to a remote server, over real sockets: each fault has its symptom and a bound, and leaks nothing."""

import asyncio
import gzip
import logging
import time
from dataclasses import replace

import pytest

from devtools.local.free_port import free_port
from oauth_connector.net.discovery import Discovery
from oauth_connector.net.fetch import OutgoingRequest, fetch
from oauth_connector.oauth.metadata import ServerMetadata
from oauth_connector.oauth.signals import Signal, Symptom
from oauth_connector.oauth.token import HTTPResponse
from oauth_connector.oauth.token_request import SendWindow
from oauth_connector.oauth.token_response import parse_token_response
from tests.support.polling import eventually
from tests.support.raw_server import (
    LIMITS,
    NO_TLS_OPTIONS,
    OK,
    RawServer,
    build_outgoing,
    open_pools,
    send_request,
    serve_bytes,
)


async def test_a_response_is_returned_as_it_was_sent() -> None:
    """It has the status, the headers in lower case and the body."""
    async with serve_bytes(OK + b"X-A: b\r\nContent-Length: 2\r\n\r\n{}") as server:
        answer = await send_request(server)
    assert isinstance(answer, HTTPResponse)
    assert (answer.status, answer.headers["x-a"], answer.body, answer.truncated) == (200, "b", b"{}", False)


FAULTS: dict[str, tuple[tuple[bytes, ...], bool, Symptom]] = {
    "closes without a response": ((b"",), True, Symptom.CONNECTION_LOST),
    "closes in the middle of the headers": ((b"HTTP/1.1 200 OK\r\nContent-",), True, Symptom.CONNECTION_LOST),
    "announces a body and sends none": ((OK + b"Content-Length: 99\r\n\r\n",), True, Symptom.CONNECTION_LOST),
    "sends headers without an end": ((OK, *(b"X-A: %4096d\r\n" % 1 for _ in range(80))), True, Symptom.CONNECTION_LOST),
    "speaks another protocol": ((b"SSH-2.0-OpenSSH\r\n\r\n",), True, Symptom.NOT_HTTP),
    "is a mail server": ((b"220 mail.example.com ESMTP\r\n\r\n",), True, Symptom.NOT_HTTP),
    "has no number as its status": ((b"HTTP/1.1 abc\r\n\r\n",), True, Symptom.NOT_HTTP),
    "sends nothing": ((), False, Symptom.TIMEOUT),
    "stops before the body": ((OK + b"Content-Length: 99\r\n\r\n",), False, Symptom.TIMEOUT),
}


@pytest.mark.parametrize("sentence", FAULTS)
async def test_each_broken_response_has_its_symptom(sentence: str) -> None:
    """The signal contains the symptom, and that the request was sent."""
    parts, close, symptom = FAULTS[sentence]
    async with serve_bytes(*parts, close=close) as server:
        answer = await send_request(server)
    assert answer == Signal(symptom, sent=True)


async def test_a_request_of_a_process_that_does_not_lead_is_not_sent() -> None:
    """The leadership is checked when the connection is open, right before the first byte."""
    async with serve_bytes(OK + b"Content-Length: 2\r\n\r\n{}") as server, open_pools(server.port) as made:
        outgoing = replace(build_outgoing(server), may_send=lambda: False)
        assert await fetch(made, outgoing, NO_TLS_OPTIONS, LIMITS) == Signal(Symptom.SUPERSEDED, sent=False)
        assert server.connections == 1


async def test_a_request_after_its_window_is_not_sent() -> None:
    """If a paused process resumes too late, it opens the connection and sends no byte of the request."""
    async with serve_bytes(OK + b"Content-Length: 2\r\n\r\n{}") as server, open_pools(server.port) as made:
        late = replace(build_outgoing(server), send_window=SendWindow(latest=time.time() - 1, until=time.time() + 60))
        assert await fetch(made, late, NO_TLS_OPTIONS, LIMITS) == Signal(Symptom.TIMEOUT, sent=False)
        assert isinstance(await fetch(made, build_outgoing(server), NO_TLS_OPTIONS, LIMITS), HTTPResponse)


async def test_a_request_is_cancelled_at_the_end_of_its_window() -> None:
    """Afterwards another process may send the same request."""
    async with serve_bytes(close=False) as server, open_pools(server.port) as made:
        brief = replace(
            build_outgoing(server), send_window=SendWindow(latest=time.time() + 60, until=time.time() + 1.0)
        )
        answer = await fetch(made, brief, NO_TLS_OPTIONS, replace(LIMITS, total=30.0))
    assert answer == Signal(Symptom.TIMEOUT, sent=True)


async def test_an_endless_body_is_cut_at_the_cap() -> None:
    """A body is read up to the cap."""
    async with serve_bytes(OK + b"\r\n", *(b"x" * 5000 for _ in range(1000))) as server:
        answer = await send_request(server)
    assert isinstance(answer, HTTPResponse)
    assert answer.truncated
    assert len(answer.body) == LIMITS.size


async def test_a_slow_drip_ends_at_the_total_limit() -> None:
    """A server that sends single bytes does not occupy a worker."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(OK + b"\r\n")
        try:
            while True:
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0.05)
        except OSError:
            writer.close()

    listening = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with listening:
        server = RawServer(listening.sockets[0].getsockname()[1])
        answer = await send_request(server)
    assert isinstance(answer, HTTPResponse)
    assert answer.interruption is Symptom.TIMEOUT
    assert parse_token_response(answer) == Signal(Symptom.TIMEOUT, sent=True)


async def test_a_compressed_bomb_does_not_go_off() -> None:
    """What is read is limited before it is decompressed, and again while it is."""
    bomb = gzip.compress(b"0" * 50_000_000)
    head = OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb)
    async with serve_bytes(head, bomb) as server:
        answer = await send_request(server)
    assert isinstance(answer, HTTPResponse)
    assert len(answer.body) <= LIMITS.size


async def test_a_redirect_is_not_followed() -> None:
    """Credentials are not sent to the address of a redirect."""
    async with serve_bytes(b"HTTP/1.1 307 X\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n") as server:
        answer = await send_request(server)
        assert server.connections == 1
    assert isinstance(answer, HTTPResponse)
    assert answer.status == 307


async def test_a_closed_port_and_an_unknown_name_have_different_symptoms() -> None:
    """A closed port is not an unknown name; nothing was sent in either case."""
    assert await send_request(RawServer(free_port())) == Signal(Symptom.CONNECTION_REFUSED)
    async with open_pools() as made:
        unknown = OutgoingRequest("POST", "https://no-such-host.invalid/token")
        answer = await fetch(made, unknown, NO_TLS_OPTIONS, LIMITS)
    assert isinstance(answer, Signal)
    assert answer.symptom in (Symptom.HOST_NOT_FOUND, Symptom.RESOLUTION_FAILED)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/t", "https://localhost/t", "https://[::1]/t", "https://127.1/t", "https://2130706433/t"]
)
async def test_an_inner_address_is_refused_however_it_is_written(url: str) -> None:
    """The egress guard checks the resolved address; nothing is sent."""
    async with open_pools() as made:
        assert await fetch(made, OutgoingRequest("POST", url), NO_TLS_OPTIONS, LIMITS) == Signal(
            Symptom.DESTINATION_NOT_ALLOWED
        )


async def test_a_cookie_is_never_sent_on() -> None:
    """A provider's cookie is in no other request, although all requests share the connections."""
    seen: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(OK + b"Set-Cookie: session=theirs; Path=/\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
        writer.close()

    listening = await asyncio.start_server(talk, "127.0.0.1", 0)
    server = RawServer(listening.sockets[0].getsockname()[1])
    async with open_pools(server.port) as made:
        for _ in range(2):
            await fetch(made, build_outgoing(server), NO_TLS_OPTIONS, LIMITS)
    listening.close()
    assert len(seen) == 2
    assert b"cookie" not in b"".join(seen).lower()


async def test_cancelled_requests_leave_the_client_usable() -> None:
    """Cancelling requests during connection set-up does not poison the pool."""
    async with serve_bytes(OK + b"Content-Length: 2\r\n\r\n{}") as server, open_pools(server.port) as made:
        for _ in range(20):
            task = asyncio.create_task(fetch(made, build_outgoing(server), NO_TLS_OPTIONS, LIMITS))
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        assert isinstance(await fetch(made, build_outgoing(server), NO_TLS_OPTIONS, LIMITS), HTTPResponse)


async def test_nothing_secret_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """The logs of the libraries contain no credential."""
    with caplog.at_level(logging.DEBUG):
        async with serve_bytes(OK + b"Content-Length: 6\r\n\r\nc4n4ry") as server:
            answer = await send_request(server)
        await send_request(RawServer(free_port()))
    assert "c4n4ry" not in caplog.text
    assert "c4n4ry" not in repr(answer)


async def test_discovery_is_kept_and_survives_an_outage() -> None:
    """Metadata are fetched once an hour; if that fails, the last good ones are used."""
    now = [0.0]
    async with serve_bytes(b"") as broken:
        issuer = f"http://127.0.0.1:{broken.port}"
    body = b'{"issuer":"%s","token_endpoint":"%s/t"}' % (issuer.encode(), issuer.encode())

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        served.append(1)
        writer.write(OK + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        writer.close()

    served: list[int] = []
    async with open_pools(broken.port) as made:
        discovery = Discovery(made, lambda: now[0], LIMITS)
        failed = await discovery.find(issuer, NO_TLS_OPTIONS)
        assert isinstance(failed, Signal)
        now[0] += 11
        listening = await asyncio.start_server(talk, "127.0.0.1", broken.port)
        async with listening:
            found = await asyncio.gather(*(discovery.find(issuer, NO_TLS_OPTIONS) for _ in range(5)))
        assert found == [ServerMetadata(issuer, f"{issuer}/t")] * 5
        assert len(served) == 1
        now[0] += 4000
        assert await discovery.find(issuer, NO_TLS_OPTIONS) == found[0]


async def test_a_caller_that_gives_up_lets_no_second_request_for_its_issuer_be_sent() -> None:
    """The others wait for the request in flight, also one that comes after a cancelled caller."""
    async with serve_bytes(close=False) as silent, open_pools(silent.port) as made:
        discovery = Discovery(made, time.monotonic, LIMITS)
        issuer = f"http://127.0.0.1:{silent.port}"
        first, cancelled = (asyncio.create_task(discovery.find(issuer, NO_TLS_OPTIONS)) for _ in range(2))
        await eventually(lambda: silent.connections == 1)
        cancelled.cancel()
        await asyncio.wait([cancelled])
        last = asyncio.create_task(discovery.find(issuer, NO_TLS_OPTIONS))
        assert {await first, await last} == {Signal(Symptom.TIMEOUT, sent=True)}
        assert silent.connections == 1
