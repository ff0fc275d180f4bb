"""A TLS server on loopback, and one request to it, perhaps through an egress proxy."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from oauth_connector.net.connection_pools import ConnectionPools
from oauth_connector.net.destinations import AllowedDestination
from oauth_connector.net.egress import Egress
from oauth_connector.net.fetch import OutgoingRequest, RequestLimits, fetch
from oauth_connector.net.resolver import Resolver
from oauth_connector.oauth.request_context import TLSOptions
from oauth_connector.oauth.signals import Signal
from oauth_connector.oauth.token import HTTPResponse
from tests.support.certificates import make_tls
from tests.support.raw_server import OK, RawServer, serve_bytes

TOKEN = OK + b"Content-Length: 2\r\n\r\n{}"
LIMITS = RequestLimits(total=8.0, connect=4.0)


@dataclass
class Target:
    """A TLS server on loopback, and the certificate of its authority."""

    server: RawServer
    authority: str

    def by_address(self) -> list[AllowedDestination]:
        """Allow its address."""
        return [AllowedDestination(cidr="127.0.0.0/8", ports=(self.server.port,))]

    def by_name(self) -> list[AllowedDestination]:
        """Allow its name, which the proxy then resolves."""
        return [AllowedDestination(host="localhost", ports=(self.server.port,))]


@asynccontextmanager
async def serve_target(folder: Path) -> AsyncIterator[Target]:
    """Serve a token response over TLS."""
    files = make_tls(folder / "target")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.certificate, files.key)
    async with serve_bytes(TOKEN, tls=context) as server:
        yield Target(server, files.ca.read_text())


async def send(egress: Egress, url: str, tls: TLSOptions, resolver: Resolver | None = None) -> HTTPResponse | Signal:
    """Send one request with a secret in it."""
    pools = ConnectionPools(egress, resolver=resolver)
    try:
        secret = (("Authorization", "Basic c4n4ry-client"),)
        return await fetch(pools, OutgoingRequest("POST", url, secret, b"refresh_token=c4n4ry"), tls, LIMITS)
    finally:
        await pools.aclose()
