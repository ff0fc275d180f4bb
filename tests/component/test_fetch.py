"""One request to a stranger, over real sockets: what goes wrong is told apart, bounded, and leaks nothing."""

import asyncio
import gzip
import logging
import ssl
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from cryptography import x509

from devtools.local.free_port import free_port
from oauth_connector.net.connection_pools import ConnectionPools
from oauth_connector.net.destinations import AllowedDestination
from oauth_connector.net.discovery import Discovery
from oauth_connector.net.fetch import OutgoingRequest, RequestLimits, fetch
from oauth_connector.net.probe import probe
from oauth_connector.net.tls import MOST, BadCertificatesError, make_ssl_context
from oauth_connector.oauth.metadata import ServerMetadata
from oauth_connector.oauth.request_context import TLSOptions
from oauth_connector.oauth.signals import Signal, Symptom
from oauth_connector.oauth.token import HTTPResponse
from oauth_connector.oauth.token_request import SendWindow
from tests.support.certificates import make_tls

NO_TLS_OPTIONS = TLSOptions()
LIMITS = RequestLimits(total=1.0, connect=0.5, size=10_000)


@dataclass
class Server:
    """A server that says what a test tells it to, to the byte."""

    port: int
    connections: int = 0

    def url(self, scheme: str = "http", host: str = "127.0.0.1") -> str:
        """Give its address."""
        return f"{scheme}://{host}:{self.port}/token"


@asynccontextmanager
async def saying(*parts: bytes, secured: ssl.SSLContext | None = None, close: bool = True) -> AsyncIterator[Server]:
    """Serve an answer in parts; `close` `False` leaves the client hanging afterwards."""
    server = Server(0)
    writers: list[asyncio.StreamWriter] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server.connections += 1
        writers.append(writer)
        try:
            await reader.readuntil(b"\r\n\r\n")
            for part in parts:
                writer.write(part)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        if close:
            writer.close()

    listening = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=secured)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        for writer in writers:
            writer.close()


@asynccontextmanager
async def clients(*ports: int, bundle: Path | None = None) -> AsyncIterator[ConnectionPools]:
    """Give clients that may reach these ports of loopback."""
    made = ConnectionPools([AllowedDestination(cidr="127.0.0.0/8", ports=ports, http=True)] if ports else [], bundle)
    try:
        yield made
    finally:
        await made.aclose()


async def got(server: Server) -> HTTPResponse | Signal:
    """Send a request with a secret in it to a server."""
    async with clients(server.port) as made:
        return await fetch(made, outgoing(server), NO_TLS_OPTIONS, LIMITS)


def outgoing(server: Server, scheme: str = "http", host: str = "127.0.0.1") -> OutgoingRequest:
    """Give a request with secrets in header and body."""
    return OutgoingRequest(
        "POST", server.url(scheme, host), (("Authorization", "Basic c4n4ry"),), b"client_secret=c4n4ry"
    )


OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


async def test_an_answer_comes_as_it_was_sent() -> None:
    """Status, headers in lower case, body."""
    async with saying(OK + b"X-A: b\r\nContent-Length: 2\r\n\r\n{}") as server:
        answer = await got(server)
    assert isinstance(answer, HTTPResponse)
    assert (answer.status, answer.headers["x-a"], answer.body, answer.truncated) == (200, "b", b"{}", False)


FAULTS: dict[str, tuple[tuple[bytes, ...], bool, Symptom]] = {
    "closes without a word": ((b"",), True, Symptom.CONNECTION_LOST),
    "closes in the middle of the headers": ((b"HTTP/1.1 200 OK\r\nContent-",), True, Symptom.CONNECTION_LOST),
    "announces more than it sends": ((OK + b"Content-Length: 99\r\n\r\n{}",), True, Symptom.CONNECTION_LOST),
    "speaks another protocol": ((b"SSH-2.0-OpenSSH\r\n\r\n",), True, Symptom.CONNECTION_LOST),
    "says nothing": ((), False, Symptom.TIMEOUT),
    "stops in the middle of the body": ((OK + b"Content-Length: 99\r\n\r\n{",), False, Symptom.TIMEOUT),
}


@pytest.mark.parametrize("sentence", FAULTS)
async def test_a_broken_answer_is_told_apart(sentence: str) -> None:
    """Each way of not answering has its symptom, and that the request had left."""
    parts, close, symptom = FAULTS[sentence]
    async with saying(*parts, close=close) as server:
        answer = await got(server)
    assert answer == Signal(symptom, sent=True)


async def test_a_request_whose_time_has_passed_is_not_written() -> None:
    """A process that was stopped wakes up too late: the connection stands, and not a byte of the request leaves."""
    async with saying(OK + b"Content-Length: 2\r\n\r\n{}") as server, clients(server.port) as made:
        late = replace(outgoing(server), term=SendWindow(latest=time.time() - 1, until=time.time() + 60))
        assert await fetch(made, late, NO_TLS_OPTIONS, LIMITS) == Signal(Symptom.TIMEOUT, sent=False)
        assert isinstance(await fetch(made, outgoing(server), NO_TLS_OPTIONS, LIMITS), HTTPResponse)


async def test_a_request_is_given_up_at_the_end_of_its_time() -> None:
    """From then on another process may send the same."""
    async with saying(close=False) as server, clients(server.port) as made:
        brief = replace(outgoing(server), term=SendWindow(latest=time.time() + 60, until=time.time() + 1.0))
        answer = await fetch(made, brief, NO_TLS_OPTIONS, replace(LIMITS, total=30.0))
    assert answer == Signal(Symptom.TIMEOUT, sent=True)


async def test_an_endless_body_is_cut_at_the_cap() -> None:
    """A body is read to the cap and no further."""
    async with saying(OK + b"\r\n", *(b"x" * 5000 for _ in range(1000))) as server:
        answer = await got(server)
    assert isinstance(answer, HTTPResponse)
    assert answer.truncated
    assert len(answer.body) == LIMITS.size


async def test_a_slow_drip_ends_at_the_total_limit() -> None:
    """A byte now and then does not keep a worker."""

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
        server = Server(listening.sockets[0].getsockname()[1])
        assert await got(server) == Signal(Symptom.TIMEOUT, sent=True)


async def test_a_compressed_bomb_does_not_go_off() -> None:
    """Nobody asked for compression, so none is undone."""
    bomb = gzip.compress(b"0" * 50_000_000)
    head = OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb)
    async with saying(head, bomb) as server:
        answer = await got(server)
    assert isinstance(answer, HTTPResponse)
    assert len(answer.body) <= LIMITS.size


async def test_a_redirect_is_not_followed() -> None:
    """Credentials do not travel to where somebody points."""
    async with saying(b"HTTP/1.1 307 X\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n") as server:
        answer = await got(server)
        assert server.connections == 1
    assert isinstance(answer, HTTPResponse)
    assert answer.status == 307


async def test_a_closed_port_and_an_unknown_name_are_told_apart() -> None:
    """Nobody listening is not the same as nobody of that name; nothing was sent in either case."""
    assert await got(Server(free_port())) == Signal(Symptom.CONNECTION_FAILED)
    async with clients() as made:
        unknown = OutgoingRequest("POST", "https://no-such-host.invalid/token")
        answer = await fetch(made, unknown, NO_TLS_OPTIONS, LIMITS)
    assert isinstance(answer, Signal)
    assert answer.symptom in (Symptom.HOST_NOT_FOUND, Symptom.RESOLUTION_FAILED)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/t", "https://localhost/t", "https://[::1]/t", "https://127.1/t", "https://2130706433/t"]
)
async def test_an_inner_address_is_refused_however_it_is_written(url: str) -> None:
    """The guard judges what a name resolves to; nothing is sent."""
    async with clients() as made:
        assert await fetch(made, OutgoingRequest("POST", url), NO_TLS_OPTIONS, LIMITS) == Signal(
            Symptom.DESTINATION_NOT_ALLOWED
        )


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder for certificates."""
    return tmp_path_factory.mktemp("fetch-tls")


def secured(folder: Path, name: str, **changes: object) -> tuple[ssl.SSLContext, str]:
    """Make a server's context and the authority to trust."""
    files = make_tls(folder / name, **changes)  # type: ignore[arg-type]  # by name
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(files.certificate, files.key)
    return made, files.ca.read_text()


async def tls_answer(server: Server, trust: str | None, host: str = "127.0.0.1") -> HTTPResponse | Signal:
    """Send a request over TLS."""
    allowed = [AllowedDestination(cidr="127.0.0.0/8", ports=(server.port,))]
    made = ConnectionPools(allowed)
    try:
        return await fetch(made, outgoing(server, "https", host), TLSOptions(trust), LIMITS)
    finally:
        await made.aclose()


async def test_a_private_authority_has_to_be_trusted(folder: Path) -> None:
    """With its certificate the server is believed, without it is not."""
    made, authority = secured(folder, "good")
    async with saying(OK + b"Content-Length: 2\r\n\r\n{}", secured=made) as server:
        assert isinstance(await tls_answer(server, authority), HTTPResponse)
        assert await tls_answer(server, None) == Signal(Symptom.CERTIFICATE_UNTRUSTED)


async def test_an_expired_certificate_and_one_for_another_name_are_invalid(folder: Path) -> None:
    """Trust in the authority does not make a certificate good."""
    expired, authority = secured(folder, "expired", days=0)
    async with saying(b"", secured=expired) as server:
        assert await tls_answer(server, authority) == Signal(Symptom.CERTIFICATE_INVALID)
    other, authority = secured(folder, "other", names=(x509.DNSName("other.example"),))
    async with saying(b"", secured=other) as server:
        assert await tls_answer(server, authority) == Signal(Symptom.CERTIFICATE_INVALID)


async def test_no_tls_on_the_port_is_told_as_such() -> None:
    """A server that speaks plain HTTP on an HTTPS address fails the handshake."""
    async with saying(b"HTTP/1.1 400 Bad Request\r\n\r\n") as server:
        answer = await tls_answer(server, None)
    assert isinstance(answer, Signal)
    assert answer.symptom in (Symptom.TLS_FAILED, Symptom.CONNECTION_FAILED, Symptom.TIMEOUT)
    assert not answer.sent


@asynccontextmanager
async def never_saying_goodbye(made: ssl.SSLContext, ended: asyncio.Event) -> AsyncIterator[Server]:
    """Serve over TLS that leaves a goodbye without an answer; `ended` is set when the connection below it is closed."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = made.wrap_bio(incoming, outgoing, server_side=True)

        async def step(do: Callable[[], object]) -> None:
            while True:
                try:
                    do()
                except ssl.SSLWantReadError:
                    writer.write(outgoing.read())
                    incoming.write(await reader.read(65536))
                else:
                    writer.write(outgoing.read())
                    return

        with suppress(ssl.SSLError, OSError):
            await step(tls.do_handshake)
            await step(lambda: tls.read(65536))
            await step(lambda: tls.write(OK + b"Content-Length: 2\r\n\r\n{}"))
        with suppress(OSError):
            while await reader.read(65536):
                pass
        ended.set()
        writer.close()

    listening = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with listening:
        yield Server(listening.sockets[0].getsockname()[1])


async def test_a_connection_is_let_go_though_the_server_never_says_goodbye(folder: Path) -> None:
    """TLS would wait half a minute for its answer; we say goodbye and are gone, after a request and after a look."""
    made, authority = secured(folder, "silent")
    for done in ("request", "look"):
        ended = asyncio.Event()
        async with never_saying_goodbye(made, ended) as server:
            if done == "request":
                assert isinstance(await tls_answer(server, authority), HTTPResponse)
            else:
                allowed = [AllowedDestination(cidr="127.0.0.0/8", ports=(server.port,))]
                assert (await probe(server.url("https"), allowed, None, TLSOptions(authority))).problem is None
            async with asyncio.timeout(10):
                await ended.wait()


async def test_text_that_is_no_certificate_is_not_trusted() -> None:
    """A broken bundle is told; nothing is sent."""
    assert await tls_answer(Server(1), "-----BEGIN CERTIFICATE-----\nx") == Signal(Symptom.BAD_CA_BUNDLE)
    with pytest.raises(BadCertificatesError):
        make_ssl_context(None, TLSOptions("not PEM"))


async def test_a_bundle_may_hold_words_of_any_language(folder: Path) -> None:
    """What stands between the certificates is for people."""
    made, authority = secured(folder, "commented")
    async with saying(OK + b"Content-Length: 2\r\n\r\n{}", secured=made) as server:
        assert isinstance(await tls_answer(server, f"# Főtanúsítvány\n{authority}"), HTTPResponse)


async def test_a_bundle_too_large_to_be_loaded_at_once_is_refused(folder: Path) -> None:
    """A tenant's megabyte of certificates would stop everybody's calls for as long as it is read."""
    _, authority = secured(folder, "large")
    for bundle in (authority * (MOST + 1), "# a long story\n" * 10_000 + authority):
        with pytest.raises(BadCertificatesError):
            make_ssl_context(None, TLSOptions(bundle))


async def test_a_cookie_is_never_sent_on() -> None:
    """What one provider sets reaches no other request: all of them share the connections."""
    seen: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(OK + b"Set-Cookie: session=theirs; Path=/\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
        writer.close()

    listening = await asyncio.start_server(talk, "127.0.0.1", 0)
    server = Server(listening.sockets[0].getsockname()[1])
    async with clients(server.port) as made:
        for _ in range(2):
            await fetch(made, outgoing(server), NO_TLS_OPTIONS, LIMITS)
    listening.close()
    assert len(seen) == 2
    assert b"cookie" not in b"".join(seen).lower()


async def test_cancelled_requests_leave_the_client_usable() -> None:
    """Cancelling requests during connection set-up does not poison the pool."""
    async with saying(OK + b"Content-Length: 2\r\n\r\n{}") as server, clients(server.port) as made:
        for _ in range(20):
            task = asyncio.create_task(fetch(made, outgoing(server), NO_TLS_OPTIONS, LIMITS))
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        assert isinstance(await fetch(made, outgoing(server), NO_TLS_OPTIONS, LIMITS), HTTPResponse)


async def test_nothing_secret_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """Whatever the libraries log of a request, no credential is in it."""
    with caplog.at_level(logging.DEBUG):
        async with saying(OK + b"Content-Length: 6\r\n\r\nc4n4ry") as server:
            answer = await got(server)
        await got(Server(free_port()))
    assert "c4n4ry" not in caplog.text
    assert "c4n4ry" not in repr(answer)


async def test_discovery_is_kept_and_survives_an_outage() -> None:
    """Metadata is fetched once an hour; where that fails, what was last good is used."""
    now = [0.0]
    async with saying(b"") as broken:
        issuer = f"http://127.0.0.1:{broken.port}"
    body = b'{"issuer":"%s","token_endpoint":"%s/t"}' % (issuer.encode(), issuer.encode())

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        served.append(1)
        writer.write(OK + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        writer.close()

    served: list[int] = []
    async with clients(broken.port) as made:
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


async def test_a_look_at_the_way_tells_how_far_one_gets(folder: Path) -> None:
    """Name, leave and TLS are looked at one after the other; nothing is sent."""
    made, authority = secured(folder, "look")
    async with saying(b"", secured=made) as server:
        allowed = [AllowedDestination(cidr="127.0.0.0/8", ports=(server.port,))]
        url = server.url("https")
        good = await probe(url, allowed, None, TLSOptions(authority))
        assert (good.problem, good.allowed, good.protocol) == (None, True, "TLSv1.3")
        assert (await probe(url, allowed, None, NO_TLS_OPTIONS)).problem is Symptom.CERTIFICATE_UNTRUSTED
        assert (await probe(url, [], None, TLSOptions(authority))).problem is Symptom.DESTINATION_NOT_ALLOWED
    assert (await probe("https://no-such-host.invalid/", [], None, NO_TLS_OPTIONS)).problem is not None
