"""A look at the way to a server, step by step, for a person at a laptop: name, addresses, leave, TLS."""

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

PATIENCE = 10.0


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """How far one gets: `problem` is what stopped us, if anything; what was learnt before that is filled in."""

    host: str
    port: int
    addresses: tuple[Address, ...] = ()
    allowed: bool = False
    protocol: str | None = None
    certificate_until: str | None = None
    problem: Symptom | None = None


async def probe(url: str, allowed: Sequence[AllowedDestination], bundle: Path | None, tls: TLSOptions) -> ProbeResult:
    """Go as far as a finished TLS handshake with the server of a URL, and send nothing. Never raises."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    try:
        addresses = await Resolver().resolve(host)
    except UnresolvedError as error:
        return ProbeResult(host, port, problem=error.symptom)
    if not all(is_allowed(Destination(parts.scheme, host, port, address), allowed) for address in addresses):
        return ProbeResult(host, port, addresses, problem=Symptom.DESTINATION_NOT_ALLOWED)
    try:
        secured = make_ssl_context(bundle, tls) if parts.scheme == "https" else None
        async with asyncio.timeout(PATIENCE):
            protocol, until = await _handshake(str(addresses[0]), port, host, secured)
    except BadCertificatesError:
        return ProbeResult(host, port, addresses, allowed=True, problem=Symptom.BAD_CA_BUNDLE)
    except BadIdentityError:
        return ProbeResult(host, port, addresses, allowed=True, problem=Symptom.TLS_FAILED)
    except (OSError, TimeoutError) as error:
        return ProbeResult(host, port, addresses, allowed=True, problem=classify_exception(error, sent=False))
    return ProbeResult(host, port, addresses, allowed=True, protocol=protocol, certificate_until=until)


async def _handshake(
    address: str, port: int, host: str, secured: ssl.SSLContext | None
) -> tuple[str | None, str | None]:
    _, writer = await asyncio.open_connection(
        address, port, ssl=secured, server_hostname=host if secured is not None else None
    )
    try:
        channel = writer.get_extra_info("ssl_object")
        if channel is None:
            return None, None
        return channel.version(), channel.getpeercert().get("notAfter")
    finally:
        abort(writer)
