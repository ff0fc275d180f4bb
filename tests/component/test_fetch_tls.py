"""Requests and probes over TLS, on real sockets."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from cryptography import x509

from oauth_connector.net.connection_pools import ConnectionPools
from oauth_connector.net.destinations import AllowedDestination
from oauth_connector.net.egress import Egress
from oauth_connector.net.fetch import fetch
from oauth_connector.net.not_connected import NotConnectedError
from oauth_connector.net.probe import probe
from oauth_connector.net.streams import connect
from oauth_connector.net.tls import MOST, BadCertificatesError, make_ssl_context
from oauth_connector.oauth.request_context import TLSOptions
from oauth_connector.oauth.signals import Signal, Symptom
from oauth_connector.oauth.token import HTTPResponse
from tests.support.certificates import make_tls
from tests.support.polling import eventually
from tests.support.raw_server import LIMITS, NO_TLS_OPTIONS, OK, RawServer, build_outgoing, serve_bytes


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder for certificates."""
    return tmp_path_factory.mktemp("fetch-tls")


def make_server_context(folder: Path, name: str, **changes: object) -> tuple[ssl.SSLContext, str]:
    """Return a server's TLS context and the certificate of its authority."""
    files = make_tls(folder / name, **changes)  # type: ignore[arg-type]  # by name
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(files.certificate, files.key)
    return made, files.ca.read_text()


async def send_tls_request(server: RawServer, trust: str | None, host: str = "127.0.0.1") -> HTTPResponse | Signal:
    """Send a request over TLS."""
    allowed = [AllowedDestination(cidr="127.0.0.0/8", ports=(server.port,))]
    made = ConnectionPools(Egress(allowed))
    try:
        return await fetch(made, build_outgoing(server, "https", host), TLSOptions(trust), LIMITS)
    finally:
        await made.aclose()


async def test_a_private_authority_has_to_be_trusted(folder: Path) -> None:
    """The server is trusted only with the certificate of its authority."""
    made, authority = make_server_context(folder, "good")
    async with serve_bytes(OK + b"Content-Length: 2\r\n\r\n{}", tls=made) as server:
        assert isinstance(await send_tls_request(server, authority), HTTPResponse)
        assert await send_tls_request(server, None) == Signal(Symptom.CERTIFICATE_UNTRUSTED)


async def test_an_expired_certificate_and_one_for_another_name_are_invalid(folder: Path) -> None:
    """A trusted authority does not make such a certificate valid."""
    expired, authority = make_server_context(folder, "expired", days=0)
    async with serve_bytes(b"", tls=expired) as server:
        assert await send_tls_request(server, authority) == Signal(Symptom.CERTIFICATE_EXPIRED)
    other, authority = make_server_context(folder, "other", names=(x509.DNSName("other.example"),))
    async with serve_bytes(b"", tls=other) as server:
        assert await send_tls_request(server, authority) == Signal(Symptom.CERTIFICATE_OTHER_HOST)


async def test_a_port_without_tls_fails_the_handshake() -> None:
    """A server that speaks plain HTTP at an HTTPS address gets no request."""
    async with serve_bytes(b"HTTP/1.1 400 Bad Request\r\n\r\n") as server:
        answer = await send_tls_request(server, None)
    assert isinstance(answer, Signal)
    assert answer.symptom in (Symptom.TLS_FAILED, Symptom.CONNECTION_FAILED, Symptom.TIMEOUT)
    assert not answer.sent


@asynccontextmanager
async def serve_without_close_notify(made: ssl.SSLContext, ended: asyncio.Event) -> AsyncIterator[RawServer]:
    """Serve over TLS without a response to close_notify; set `ended` when the TCP connection is closed."""

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
        yield RawServer(listening.sockets[0].getsockname()[1])


async def test_a_connection_is_closed_without_the_close_notify_of_the_server(folder: Path) -> None:
    """TLS would wait half a minute for it; the client closes at once, after a request and after a probe."""
    made, authority = make_server_context(folder, "silent")
    for done in ("request", "probe"):
        ended = asyncio.Event()
        async with serve_without_close_notify(made, ended) as server:
            if done == "request":
                assert isinstance(await send_tls_request(server, authority), HTTPResponse)
            else:
                allowed = [AllowedDestination(cidr="127.0.0.0/8", ports=(server.port,))]
                assert (await probe(server.url("https"), Egress(allowed), TLSOptions(authority))).problem is None
            async with asyncio.timeout(10):
                await ended.wait()


async def test_text_that_is_no_certificate_is_not_trusted() -> None:
    """A broken bundle has its own symptom; nothing is sent."""
    assert await send_tls_request(RawServer(1), "-----BEGIN CERTIFICATE-----\nx") == Signal(Symptom.BAD_CA_BUNDLE)
    with pytest.raises(BadCertificatesError):
        make_ssl_context(None, TLSOptions("not PEM"))


async def test_a_bundle_may_contain_text_in_any_language(folder: Path) -> None:
    """The text between the certificates is ignored."""
    made, authority = make_server_context(folder, "commented")
    async with serve_bytes(OK + b"Content-Length: 2\r\n\r\n{}", tls=made) as server:
        assert isinstance(await send_tls_request(server, f"# Főtanúsítvány\n{authority}"), HTTPResponse)


async def test_a_bundle_too_large_to_be_loaded_at_once_is_refused(folder: Path) -> None:
    """A tenant's megabyte of certificates would block all calls while it is read."""
    _, authority = make_server_context(folder, "large")
    for bundle in (authority * (MOST + 1), "# a long story\n" * 10_000 + authority):
        with pytest.raises(BadCertificatesError):
            make_ssl_context(None, TLSOptions(bundle))


async def test_a_probe_reports_the_first_problem(folder: Path) -> None:
    """Name, permission and TLS are checked in turn; nothing is sent."""
    made, authority = make_server_context(folder, "probe")
    async with serve_bytes(b"", tls=made) as server:
        allowed = [AllowedDestination(cidr="127.0.0.0/8", ports=(server.port,))]
        url = server.url("https")
        good = await probe(url, Egress(allowed), TLSOptions(authority))
        assert (good.problem, good.allowed, good.protocol) == (None, True, "TLSv1.3")
        assert (await probe(url, Egress(allowed), NO_TLS_OPTIONS)).problem is Symptom.CERTIFICATE_UNTRUSTED
        assert (await probe(url, Egress(), TLSOptions(authority))).problem is Symptom.DESTINATION_NOT_ALLOWED
    assert (await probe("https://no-such-host.invalid/", Egress(), NO_TLS_OPTIONS)).problem is not None


async def test_bytes_before_the_handshake_are_never_a_response(folder: Path) -> None:
    """A machine between can send a response in plain text first, and relay the handshake of the real server."""
    context, authority = make_server_context(folder, "injected")
    ended: list[asyncio.StreamWriter] = []
    forged = OK + b"Content-Length: 6\r\n\r\nforged"

    async def intercept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(forged)
        server_reader, server_writer = await asyncio.open_connection("127.0.0.1", server.port)
        await asyncio.gather(relay(reader, server_writer), relay(server_reader, writer))
        ended.append(writer)

    async def relay(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while piece := await source.read(65536):
                target.write(piece)
        target.close()

    async with (
        serve_bytes(OK + b"Content-Length: 2\r\n\r\n{}", tls=context) as server,
        await asyncio.start_server(intercept, "127.0.0.1", 0) as between,
    ):
        attacked = RawServer(between.sockets[0].getsockname()[1])
        assert await send_tls_request(attacked, authority) == Signal(Symptom.PLAIN_HTTP)
        stream = await connect("127.0.0.1", attacked.port, 5)
        await eventually(lambda: stream._reader._buffer)  # type: ignore[attr-defined]  # what is unread
        with pytest.raises(NotConnectedError):
            await stream.start_tls(make_ssl_context(None, TLSOptions(authority)), "127.0.0.1")
        await eventually(lambda: len(ended) == 2)
