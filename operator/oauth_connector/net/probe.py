"""A check of the connection to a server, step by step: name, addresses, egress guard, TLS handshake."""

import asyncio
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from oauth_connector.net.destinations import AllowedDestination
from oauth_connector.net.egress_guard import Address, Destination, is_allowed
from oauth_connector.net.fetch import classify_exception
from oauth_connector.net.resolver import Resolver, UnresolvedError
from oauth_connector.net.streams import abort
from oauth_connector.net.tls import BadCertificatesError, BadIdentityError, make_ssl_context
from oauth_connector.oauth.request_context import TLSOptions
from oauth_connector.oauth.signals import Symptom

TIMEOUT = 10.0


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """The result of each step; `problem` is the first failure, if any, and the fields of later steps stay empty."""

    host: str
    port: int
    addresses: tuple[Address, ...] = ()
    allowed: bool = False
    protocol: str | None = None
    certificate_until: str | None = None
    problem: Symptom | None = None


async def probe(url: str, allowed: Sequence[AllowedDestination], bundle: Path | None, tls: TLSOptions) -> ProbeResult:
    """Connect to the server of a URL up to a finished TLS handshake, and send no request. Never raises."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    try:
        addresses = await Resolver().resolve(host)
    except UnresolvedError as error:
        return ProbeResult(host, port, problem=error.symptom)
    if not all(is_allowed(Destination(parts.scheme, host, port, address), allowed) for address in addresses):
        return ProbeResult(host, port, addresses, problem=Symptom.DESTINATION_NOT_ALLOWED)
    try:
        context = make_ssl_context(bundle, tls) if parts.scheme == "https" else None
        async with asyncio.timeout(TIMEOUT):
            protocol, until = await _handshake(str(addresses[0]), port, host, context)
    except BadCertificatesError:
        return ProbeResult(host, port, addresses, allowed=True, problem=Symptom.BAD_CA_BUNDLE)
    except BadIdentityError:
        return ProbeResult(host, port, addresses, allowed=True, problem=Symptom.TLS_FAILED)
    except (OSError, TimeoutError) as error:
        return ProbeResult(host, port, addresses, allowed=True, problem=classify_exception(error, sent=False))
    return ProbeResult(host, port, addresses, allowed=True, protocol=protocol, certificate_until=until)


async def _handshake(
    address: str, port: int, host: str, context: ssl.SSLContext | None
) -> tuple[str | None, str | None]:
    _, writer = await asyncio.open_connection(
        address, port, ssl=context, server_hostname=host if context is not None else None
    )
    try:
        channel = writer.get_extra_info("ssl_object")
        if channel is None:
            return None, None
        return channel.version(), channel.getpeercert().get("notAfter")
    finally:
        abort(writer)
