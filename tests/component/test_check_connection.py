"""Each fault of a connection, from real servers: the cause that `check` names is the sentence of the condition."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from devtools.local.free_port import free_port
from oauth_connector.api.reasons import Reason
from oauth_connector.cli.check_input import CheckInput
from oauth_connector.connector.observation import Connector
from oauth_connector.diagnosis.outside import open_outside
from oauth_connector.diagnosis.provider_steps import ProviderSteps
from oauth_connector.diagnosis.step import DiagnosisStep
from oauth_connector.net.egress import Egress
from oauth_connector.net.probe import ProbeResult, probe
from oauth_connector.net.resolver import Resolver
from oauth_connector.oauth.request_context import TLSOptions
from oauth_connector.oauth.signals import Symptom
from oauth_connector.settings.operator import Settings
from tests.support.builders import a_connector, a_spec
from tests.support.checked_provider import check, encode, request_as_operator, sentence
from tests.support.name_server import NameServerBehavior, look_up_at, serve_names
from tests.support.raw_server import serve_bytes
from tests.support.server_certificates import make_chain

NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
PORTAL = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 28\r\nConnection: close\r\n\r\n"
    b"<html>Accept the terms</html"
)


UNTRUSTED, INVALID, TLS, AWAY = (
    Reason.CERTIFICATE_UNTRUSTED,
    Reason.CERTIFICATE_INVALID,
    Reason.TLS_FAILED,
    Reason.PROVIDER_UNREACHABLE,
)
CERTIFICATES = {
    "expired": (True, sentence(INVALID, Symptom.CERTIFICATE_EXPIRED)),
    "not yet valid": (True, sentence(INVALID, Symptom.CERTIFICATE_NOT_YET_VALID)),
    "another host": (True, sentence(INVALID, Symptom.CERTIFICATE_OTHER_HOST)),
    "self-signed": (False, sentence(UNTRUSTED, Symptom.CERTIFICATE_SELF_SIGNED)),
    "unknown authority": (False, sentence(UNTRUSTED)),
    "root sent": (False, sentence(UNTRUSTED, Symptom.CERTIFICATE_ROOT_UNTRUSTED)),
    "missing intermediate": (True, sentence(UNTRUSTED)),
}


@pytest.mark.parametrize("fault", CERTIFICATES)
async def test_the_cause_of_a_refused_certificate_is_named(fault: str, tmp_path: Path) -> None:
    """Check and the operator have the same sentence, and check shows the certificates that the server sends."""
    chain, (is_trusted, expected) = make_chain(tmp_path, fault), CERTIFICATES[fault]
    async with serve_bytes(NOT_FOUND, tls=chain.context) as server:
        provider = {"tokenURL": server.url("https")} | ({"caBundle": encode(chain.authority)} if is_trusted else {})
        connection = (await check(provider))["connection"]
        assert connection.text == expected
        assert await request_as_operator(provider) == expected
    assert connection.facts["certificate 1"].startswith("CN=Server for ")
    is_issuer_missing = {"missing intermediate": "Intermediate", "unknown authority": "Root"}
    missing = is_issuer_missing.get(fault)
    assert connection.facts.get("missing") == (
        f"the server does not send the certificate of CN={missing}" if missing else None
    )


async def test_a_trusted_chain_is_shown_with_its_dates(tmp_path: Path) -> None:
    """Nothing is wrong: the certificates are facts, and the clocks are not compared without a date."""
    chain = make_chain(tmp_path, "none")
    async with serve_bytes(NOT_FOUND, tls=chain.context) as server:
        steps = await check({"tokenURL": server.url("https"), "caBundle": encode(chain.authority)})
    assert steps["connection"].passed
    assert "signed by CN=Intermediate, valid 20" in steps["connection"].facts["certificate 1"]
    assert steps["connection"].facts["certificate 2"].startswith("CN=Intermediate, signed by CN=Root")
    assert steps["clock"].passed is None


async def test_plain_http_at_an_https_url_is_named() -> None:
    """The server would respond to a URL with http."""
    expected = sentence(TLS, Symptom.PLAIN_HTTP)
    async with serve_http() as port:
        provider = {"tokenURL": f"https://127.0.0.1:{port}/token"}
        assert (await check(provider))["connection"].text == expected
        assert await request_as_operator(provider) == expected


@asynccontextmanager
async def serve_http() -> AsyncIterator[int]:
    """Serve HTTP as real servers do: any bytes that are no request get status 400."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(65536)
        writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(talk, "127.0.0.1", 0) as listening:
        yield listening.sockets[0].getsockname()[1]


ASKING_FOR_TLS = {
    "nginx": b"HTTP/1.1 400 Bad Request\r\nContent-Length: 72\r\n\r\n"
    b"<center>The plain HTTP request was sent to HTTPS port</center></html>...",
    "Go": b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n",
    "Apache httpd": b"HTTP/1.1 400 Bad Request\r\nContent-Length: 63\r\n\r\n"
    b"You're speaking plain HTTP to an SSL-enabled server port.<br />",
    "Tomcat": b"HTTP/1.1 400 \r\nConnection: close\r\n\r\nThis combination of host and port requires TLS.",
    "an alert (RFC 8446 section 6)": b"\x15\x03\x01\x00\x02\x02\x46\r\n\r\n",
}


@pytest.mark.parametrize("words", ASKING_FOR_TLS.values(), ids=ASKING_FOR_TLS)
async def test_a_server_that_asks_for_tls_is_named(words: bytes) -> None:
    """Its response to a request without TLS is recognized, by the operator too."""
    expected = sentence(TLS, Symptom.EXPECTS_TLS)
    async with serve_bytes(words) as server:
        assert await request_as_operator({"tokenURL": server.url("http")}) == expected


async def test_a_server_that_speaks_tls_only_is_named(tmp_path: Path) -> None:
    """It closes a connection without TLS in silence; a handshake shows what it expects."""
    async with serve_bytes(NOT_FOUND, tls=make_chain(tmp_path, "none").context) as server:
        steps = await check({"tokenURL": server.url("http")})
    assert steps["connection"].text == sentence(TLS, Symptom.EXPECTS_TLS)


async def test_a_port_without_a_server_refuses_the_connection() -> None:
    """The operator has the same sentence."""
    provider = {"tokenURL": f"https://127.0.0.1:{free_port()}/token"}
    expected = sentence(AWAY, Symptom.CONNECTION_REFUSED)
    assert (await check(provider))["connection"].text == expected
    assert await request_as_operator(provider) == expected


@asynccontextmanager
async def reset_connections() -> AsyncIterator[int]:
    """Reset each connection as soon as the first bytes arrive."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        at_once = struct.pack("ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
        writer.transport.abort()

    async with await asyncio.start_server(talk, "127.0.0.1", 0) as listening:
        yield listening.sockets[0].getsockname()[1]


async def test_a_reset_in_the_handshake_is_no_failure_of_tls() -> None:
    """A firewall or a proxy ends the connection: the protocol is not to blame."""
    expected = sentence(AWAY, Symptom.CONNECTION_RESET)
    async with reset_connections() as port:
        provider = {"tokenURL": f"https://127.0.0.1:{port}/token"}
        assert (await check(provider))["connection"].text == expected
        assert await request_as_operator(provider) == expected


async def test_a_reset_after_the_request_is_named() -> None:
    """The request may have arrived."""
    async with reset_connections() as port:
        provider = {"tokenURL": f"http://127.0.0.1:{port}/token"}
        assert await request_as_operator(provider) == sentence(AWAY, Symptom.CONNECTION_LOST)


NO_HOST = sentence(Reason.HOST_NOT_FOUND, host="login.example.com")
NO_NAME_SERVER = sentence(AWAY, Symptom.RESOLUTION_FAILED, "login.example.com")
RESOLUTIONS = {
    NameServerBehavior.NXDOMAIN: NO_HOST,
    NameServerBehavior.NO_DATA: NO_HOST,
    NameServerBehavior.SERVFAIL: NO_NAME_SERVER,
    NameServerBehavior.REFUSED: NO_NAME_SERVER,
    NameServerBehavior.SILENT: NO_NAME_SERVER,
    NameServerBehavior.ADDRESS: "login.example.com is 127.0.0.1",
}


@pytest.mark.parametrize(("behavior", "expected"), RESOLUTIONS.items(), ids=[each.name for each in RESOLUTIONS])
async def test_a_missing_name_differs_from_silent_name_servers(behavior: NameServerBehavior, expected: str) -> None:
    """The system's resolver asks a real name server, which answers, refuses, or says nothing."""
    connector = a_connector(spec=a_spec(provider={"tokenURL": "https://login.example.com/token"}))
    async with serve_names(behavior) as server:

        async def prober(url: str, tls: TLSOptions) -> ProbeResult:
            return await probe(url, Egress(), tls, Resolver(look_up_at(server)))

        assert (await endpoint_steps(connector, prober))["dns"].text == expected
        assert server.questions


async def endpoint_steps(connector: Connector, prober: Any) -> dict[str, DiagnosisStep]:
    """Take the steps to the token endpoint with a probe. Return them by name."""
    async with open_outside(Settings(), CheckInput({}, {})) as (client, _):
        return {step.name: step async for step in ProviderSteps(connector, client, prober).check_endpoint()}


async def test_the_page_of_a_captive_portal_is_named() -> None:
    """It stands in for the metadata of an issuer, and for a token response."""
    async with serve_bytes(PORTAL) as server:
        issuer = server.url("http").removesuffix("/token")
        steps = await check({"issuer": issuer})
        assert steps["discovery"].text.startswith(
            "DiscoveryFailed: 127.0.0.1 returned a web page instead of the metadata of `provider.issuer`."
        )
        steps = await check({"tokenURL": server.url("http")}, request_token=True)
        assert steps["token"].text == sentence(Reason.INVALID_TOKEN_ENDPOINT)
        assert await request_as_operator({"tokenURL": server.url("http")}) == steps["token"].text


@pytest.mark.parametrize(("offset", "words"), [(-3600, "s ahead of that of"), (3600, "s behind that of"), (0, None)])
async def test_a_clock_that_is_wrong_is_named(offset: int, words: str | None) -> None:
    """The date of the response is compared with the clock of this machine."""
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=offset), usegmt=True).encode()
    response = NOT_FOUND.replace(b"\r\nConnection", b"\r\nDate: " + date + b"\r\nConnection")
    async with serve_bytes(response) as server:
        clock = (await check({"tokenURL": server.url("http")}))["clock"]
    assert clock.passed is (words is None)
    assert (words or "agrees with that of") in clock.text
