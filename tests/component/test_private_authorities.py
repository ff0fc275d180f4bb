"""Servers whose private authority has no key identifiers, on real sockets; and the cause where a server is refused."""

import ssl
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from oauth_connector.kube.access import Access
from oauth_connector.kube.client import KubeAPI
from oauth_connector.kube.errors import KubeError
from oauth_connector.kube.sessions import Authenticator, open_session
from oauth_connector.net.connection_pools import ConnectionPools
from oauth_connector.net.destinations import AllowedDestination
from oauth_connector.net.egress import Egress
from oauth_connector.net.fetch import fetch
from oauth_connector.oauth.request_context import TLSOptions
from oauth_connector.oauth.signals import Signal, Symptom
from oauth_connector.oauth.token import HTTPResponse
from tests.support.certificates import make_tls
from tests.support.raw_server import LIMITS, OK, RawServer, build_outgoing, serve_bytes

ANSWER = OK + b"Content-Length: 2\r\nConnection: close\r\n\r\n{}"


@pytest.fixture
def authority(tmp_path: Path) -> tuple[ssl.SSLContext, bytes]:
    """Return the context of a server, and its authority."""
    files = make_tls(tmp_path, key_identifiers=False)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.certificate, files.key)
    return context, files.ca.read_bytes()


async def request_token(server: RawServer, trust: str | None) -> HTTPResponse | Signal:
    """Send a request as to a provider."""
    pools = ConnectionPools(Egress([AllowedDestination(cidr="127.0.0.0/8", ports=(server.port,))]))
    try:
        return await fetch(pools, build_outgoing(server, "https", "127.0.0.1"), TLSOptions(trust), LIMITS)
    finally:
        await pools.aclose()


async def test_the_api_server_may_have_such_an_authority(authority: tuple[ssl.SSLContext, bytes]) -> None:
    """The client of the project and the session of kopf reach it."""
    context, ca = authority
    async with serve_bytes(ANSWER, tls=context) as server:
        access = Access(f"https://127.0.0.1:{server.port}", ca=ca)
        async with KubeAPI(access) as api:
            assert await api.get("/version") == {}
        async with (
            open_session(access, Authenticator(access.identity).send_or_wait) as session,
            session.get(f"{access.server}/version") as answer,
        ):
            assert answer.status == 200


async def test_a_provider_may_have_such_an_authority(authority: tuple[ssl.SSLContext, bytes]) -> None:
    """The bundle of the connector names it."""
    context, ca = authority
    async with serve_bytes(ANSWER, tls=context) as server:
        assert isinstance(await request_token(server, ca.decode()), HTTPResponse)


async def test_the_error_of_an_api_server_names_why_it_is_refused(authority: tuple[ssl.SSLContext, bytes]) -> None:
    """The log then shows what to correct."""
    context, _ = authority
    async with (
        serve_bytes(ANSWER, tls=context) as server,
        KubeAPI(Access(f"https://127.0.0.1:{server.port}")) as api,
    ):
        with pytest.raises(KubeError, match=r"0 ClientConnectorCertificateError: .*certificate"):
            await api.get("/version")


async def test_the_log_names_why_a_provider_is_refused(authority: tuple[ssl.SSLContext, bytes]) -> None:
    """The reason in status states only the kind of failure."""
    context, _ = authority
    async with serve_bytes(ANSWER, tls=context) as server:
        with capture_logs() as lines:
            assert await request_token(server, None) == Signal(Symptom.CERTIFICATE_UNTRUSTED)
    [line] = lines
    assert line["event"] == "the certificate of a server is refused"
    assert "certificate" in line["cause"]
