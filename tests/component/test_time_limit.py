"""The deadline of a request whose process was suspended: what has arrived is read first."""

import asyncio
import socket
import ssl
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
import uvloop

from oauth_connector.net.fetch import RequestLimits, fetch
from oauth_connector.net.time_limit import limit_time
from oauth_connector.oauth.request_context import TLSOptions
from oauth_connector.oauth.signals import Signal, Symptom
from oauth_connector.oauth.token import HTTPResponse
from oauth_connector.oauth.token_request import SendWindow
from oauth_connector.oauth.token_response import parse_token_response
from tests.component.test_fetch_tls import make_server_context
from tests.support.raw_server import NO_TLS_OPTIONS, OK, RawServer, build_outgoing, open_pools

LIMITS = RequestLimits(total=0.5, connect=0.5)
LOOPS = {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}
BODY = b'{"access_token":"%s"}' % (b"a" * 30_000)
WHOLE = OK + b"Content-Length: %d\r\n\r\n%s" % (len(BODY), BODY)

MakeLoop = Callable[[], asyncio.AbstractEventLoop]


class SuspendingServer:
    """Answers one request while the event loop of its client is suspended until after the deadline."""

    def __init__(self, answer: bytes, tls: ssl.SSLContext | None = None) -> None:
        self._answer = answer
        self._tls = tls
        self._suspended = threading.Event()
        self._answered = threading.Event()
        self.listening = socket.create_server(("127.0.0.1", 0))

    def serve(self, loop: asyncio.AbstractEventLoop) -> None:
        """Serve one connection, which stays open until the client closes it. It is called in a thread."""
        connection, _ = self.listening.accept()
        with self._tls.wrap_socket(connection, server_side=True) if self._tls is not None else connection as stream:
            received = b""
            while not received.endswith(b"c4n4ry"):
                received += stream.recv(65536)
            loop.call_soon_threadsafe(self._suspend)
            self._suspended.wait()
            stream.sendall(self._answer)
            self._answered.set()
            while stream.recv(65536):
                pass

    def _suspend(self) -> None:
        """Hold the event loop until the answer is in its socket, and its deadline is over."""
        self._suspended.set()
        self._answered.wait()
        resumed = time.monotonic() + LIMITS.total + 0.1
        while time.monotonic() < resumed:
            time.sleep(0.05)


def send_across_suspension(
    answer: bytes, make_loop: MakeLoop, tls: ssl.SSLContext | None = None, trust: str | None = None
) -> HTTPResponse | Signal:
    """Send a request whose answer arrives while the process is suspended."""
    server = SuspendingServer(answer, tls)
    address = RawServer(server.listening.getsockname()[1])
    scheme = "https" if tls is not None else "http"

    async def send() -> HTTPResponse | Signal:
        serving = asyncio.get_running_loop().run_in_executor(pool, server.serve, asyncio.get_running_loop())
        async with open_pools(address.port) as pools:
            options = TLSOptions(trust) if trust is not None else NO_TLS_OPTIONS
            result = await fetch(pools, build_outgoing(address, scheme), options, LIMITS)
        await serving
        return result

    with server.listening, ThreadPoolExecutor(1) as pool, asyncio.Runner(loop_factory=make_loop) as runner:
        return runner.run(send())


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_response_that_arrived_during_a_suspension_is_read(loop: str, scheme: str, tmp_path: Path) -> None:
    """The deadline is over when the process resumes, and the response is in the socket: it is not lost."""
    tls, trust = make_server_context(tmp_path, "server") if scheme == "https" else (None, None)
    result = send_across_suspension(WHOLE, LOOPS[loop], tls, trust)
    assert isinstance(result, HTTPResponse)
    assert result.body == BODY


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("answer", [b"", OK, WHOLE[:-1]])
def test_a_response_that_is_incomplete_after_a_suspension_has_timed_out(loop: str, answer: bytes) -> None:
    """The deadline holds: nothing is awaited after it. A part of a body is kept, and is no token response."""
    result = send_across_suspension(answer, LOOPS[loop])
    read = parse_token_response(result) if isinstance(result, HTTPResponse) else result
    assert read == Signal(Symptom.TIMEOUT, sent=True)


async def answer_late(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer after the usual limit of a request."""
    await reader.readuntil(b"\r\n\r\n")
    await asyncio.sleep(LIMITS.total + 0.3)
    writer.write(WHOLE)
    writer.close()


async def test_a_response_is_awaited_until_the_end_of_a_send_window() -> None:
    """A request that spends a refresh token is not given up after the usual limit, which applies to all others."""
    listening = await asyncio.start_server(answer_late, "127.0.0.1", 0)
    server, now = RawServer(listening.sockets[0].getsockname()[1]), time.time()
    async with listening, open_pools(server.port) as pools:
        outgoing = build_outgoing(server)
        patient = replace(outgoing, send_window=SendWindow(latest=now + 10, until=now + 70))
        assert await fetch(pools, outgoing, NO_TLS_OPTIONS, LIMITS) == Signal(Symptom.TIMEOUT, sent=True)
        assert isinstance(await fetch(pools, patient, NO_TLS_OPTIONS, LIMITS), HTTPResponse)


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("seconds", [-1.0, 0.0, 0.05])
def test_a_block_that_takes_longer_is_cancelled(loop: str, seconds: float) -> None:
    """Also where the time is over before the block begins."""

    async def take_long() -> None:
        with pytest.raises(TimeoutError):
            async with limit_time(seconds):
                await asyncio.Event().wait()

    with asyncio.Runner(loop_factory=LOOPS[loop]) as runner:
        runner.run(take_long())


@pytest.mark.parametrize("loop", LOOPS)
def test_a_block_that_ends_in_time_is_never_cancelled(loop: str) -> None:
    """Its deadline passes without an effect."""

    async def end_in_time() -> bool:
        async with limit_time(0.01):
            await asyncio.sleep(0)
        await asyncio.sleep(0.05)
        return True

    with asyncio.Runner(loop_factory=LOOPS[loop]) as runner:
        assert runner.run(end_in_time())
