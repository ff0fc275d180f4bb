"""A server that sends prepared bytes, and requests to it."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from oauth_connector.net.connection_pools import ConnectionPools
from oauth_connector.net.destinations import AllowedDestination
from oauth_connector.net.egress import Egress
from oauth_connector.net.fetch import OutgoingRequest, RequestLimits, fetch
from oauth_connector.oauth.request_context import TLSOptions
from oauth_connector.oauth.signals import Signal
from oauth_connector.oauth.token import HTTPResponse

NO_TLS_OPTIONS = TLSOptions()
LIMITS = RequestLimits(total=1.0, connect=0.5, size=10_000)
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@dataclass
class RawServer:
    """A server that sends exactly the bytes of a test."""

    port: int
    connections: int = 0
    heads: list[bytes] = field(default_factory=list)
    """The heads of the requests."""

    def url(self, scheme: str = "http", host: str = "127.0.0.1") -> str:
        """Return its address."""
        return f"{scheme}://{host}:{self.port}/token"


@asynccontextmanager
async def serve_bytes(*parts: bytes, tls: ssl.SSLContext | None = None, close: bool = True) -> AsyncIterator[RawServer]:
    """Serve a response in parts; with `close=False` the connection stays open afterwards."""
    server = RawServer(0)
    writers: list[asyncio.StreamWriter] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server.connections += 1
        writers.append(writer)
        try:
            server.heads.append(await reader.readuntil(b"\r\n\r\n"))
            for part in parts:
                writer.write(part)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        if close:
            writer.close()

    listening = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=tls)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        for writer in writers:
            writer.close()


@asynccontextmanager
async def open_pools(*ports: int, bundle: Path | None = None) -> AsyncIterator[ConnectionPools]:
    """Open connection pools that may reach these ports of loopback."""
    allowed = [AllowedDestination(cidr="127.0.0.0/8", ports=ports, http=True)] if ports else []
    made = ConnectionPools(Egress(allowed, bundle))
    try:
        yield made
    finally:
        await made.aclose()


async def send_request(server: RawServer) -> HTTPResponse | Signal:
    """Send a request with a secret in it to a server."""
    async with open_pools(server.port) as made:
        return await fetch(made, build_outgoing(server), NO_TLS_OPTIONS, LIMITS)


def build_outgoing(server: RawServer, scheme: str = "http", host: str = "127.0.0.1") -> OutgoingRequest:
    """Return a request with secrets in header and body."""
    return OutgoingRequest(
        "POST", server.url(scheme, host), (("Authorization", "Basic c4n4ry"),), b"client_secret=c4n4ry"
    )
