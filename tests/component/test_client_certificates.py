"""Mutual TLS (RFC 8705): the certificate that a request presents, and connections that no other request shares."""

import asyncio
import ssl
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr

from devtools.cluster.pki import Authority
from oauth_connector.net.connection_pools import ConnectionPools
from oauth_connector.net.destinations import AllowedDestination
from oauth_connector.net.egress import Egress
from oauth_connector.net.fetch import OutgoingRequest, RequestLimits, fetch
from oauth_connector.net.probe import probe
from oauth_connector.net.tls import BadIdentityError, lend_private_file, make_ssl_context
from oauth_connector.oauth.request_context import TLSIdentity, TLSOptions
from oauth_connector.oauth.signals import Signal, Symptom
from oauth_connector.oauth.token import HTTPResponse

LIMITS = RequestLimits(total=5.0, connect=2.0, size=10_000)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Make an authority that issues the certificates of both sides."""
    return Authority(tmp_path_factory.mktemp("mutual-tls"), "test authority")


@asynccontextmanager
async def demanding_server(authority: Authority) -> AsyncIterator[int]:
    """Serve on the port that is yielded: each response names the client certificate of its connection."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=authority.certificate)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_cert_chain(*authority.server("server", ["127.0.0.1"]))

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        subject = dict(part for (part,) in writer.get_extra_info("peercert")["subject"])
        body = subject["commonName"].encode()
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def options_of(authority: Authority, user: str | None = None) -> TLSOptions:
    """Return options that trust the authority and present the certificate of a user, if any."""
    trust = authority.certificate.read_text()
    if user is None:
        return TLSOptions(trust)
    certificate, key = authority.client(user)
    return TLSOptions(trust, TLSIdentity(certificate.read_text(), SecretStr(key.read_text())))


async def send(pools: ConnectionPools, port: int, tls: TLSOptions) -> HTTPResponse | Signal:
    """Send one request."""
    return await fetch(pools, OutgoingRequest("POST", f"https://127.0.0.1:{port}/token"), tls, LIMITS)


def allow(port: int) -> list[AllowedDestination]:
    """Return the destinations that hold the server."""
    return [AllowedDestination(cidr="127.0.0.0/8", ports=(port,))]


async def test_each_identity_has_connections_of_its_own(authority: Authority) -> None:
    """Requests of two clients to one server alternate: the server sees the certificate of each, never of the other."""
    one, other = options_of(authority, "client-one"), options_of(authority, "client-two")
    async with demanding_server(authority) as port:
        pools = ConnectionPools(Egress(allow(port)))
        try:
            seen = [await send(pools, port, tls) for tls in (one, other, one, other)]
            assert len(pools._entries) == 2
        finally:
            await pools.aclose()
    assert [each.body for each in seen if isinstance(each, HTTPResponse)] == [b"client-one", b"client-two"] * 2


async def test_a_request_without_an_identity_shares_no_connection_with_one(authority: Authority) -> None:
    """A connection that is kept open for a client with a certificate is not lent to a client without."""
    async with demanding_server(authority) as port:
        pools = ConnectionPools(Egress(allow(port)))
        try:
            assert isinstance(await send(pools, port, options_of(authority, "client-one")), HTTPResponse)
            refused = await send(pools, port, options_of(authority))
            assert isinstance(refused, Signal)
            assert refused.symptom in (Symptom.TLS_FAILED, Symptom.CONNECTION_LOST)  # TLS 1.3 refuses late
        finally:
            await pools.aclose()


async def test_a_key_that_cannot_be_used_fails_before_anything_is_sent(authority: Authority) -> None:
    """The key of another certificate, text that is no key, and an encrypted key are errors. No terminal is read."""
    certificate, _ = authority.client("client-one")
    _, other_key = authority.client("client-two")
    encrypted = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n"
    for key in (other_key.read_text(), "no key", "no kéy", encrypted):
        tls = TLSOptions(None, TLSIdentity(certificate.read_text(), SecretStr(key)))
        with pytest.raises(BadIdentityError):
            make_ssl_context(None, tls)
        pools = ConnectionPools(Egress())
        assert await fetch(pools, OutgoingRequest("POST", "https://127.0.0.1/token"), tls, LIMITS) == Signal(
            Symptom.TLS_FAILED
        )
        await pools.aclose()
        seen = await probe("https://127.0.0.1/token", Egress(allow(443)), tls)
        assert seen.problem is Symptom.TLS_FAILED


@pytest.mark.parametrize("in_memory", [True, False])
def test_the_file_of_a_key_is_private_and_deleted_after_its_use(*, in_memory: bool) -> None:
    """OpenSSL reads keys from files; no other user can read the file, and it exists only while the context is made."""
    with lend_private_file(b"a key", in_memory=in_memory) as name:
        path = Path(name)
        assert path.read_bytes() == b"a key"
        assert in_memory or stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not path.exists()


def test_no_private_key_shows_in_a_representation(authority: Authority) -> None:
    """Options may be printed by mistake."""
    assert "PRIVATE KEY" not in repr(options_of(authority, "client-one"))
