"""A check of the connection to a server, step by step: name, addresses, egress guard, TLS handshake, clock.

It sends no credential: at most one HEAD request (RFC 9110 §9.3.2), whose response shows the clock of the server.
"""

import asyncio
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from oauth_connector.net.connection_pools import ConnectionPools
from oauth_connector.net.destinations import AllowedDestination
from oauth_connector.net.egress_guard import Destination, is_allowed
from oauth_connector.net.failed_connection import classify_exception
from oauth_connector.net.fetch import OutgoingRequest, RequestLimits, fetch
from oauth_connector.net.resolver import Resolver, UnresolvedError
from oauth_connector.net.special_addresses import Address
from oauth_connector.net.streams import abort
from oauth_connector.net.tls import BadCertificatesError, BadIdentityError, make_ssl_context
from oauth_connector.oauth.points_in_time import parse_http_date
from oauth_connector.oauth.request_context import TLSOptions
from oauth_connector.oauth.signals import Signal, Symptom
from oauth_connector.tls.certificates import SentCertificate, read_chain
from oauth_connector.tls.verification import build_reading_context

TIMEOUT = 10.0
_LIMITS = RequestLimits(total=TIMEOUT)


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """The result of each step; `problem` is the first failure, if any, and the fields of later steps stay empty.

    `certificates` are those that the server sends, trusted or not. `clock_offset` is by how many seconds the clock of
    the server is ahead of this machine's; `None` where it sent no date.
    """

    host: str
    port: int
    addresses: tuple[Address, ...] = ()
    allowed: bool = False
    protocol: str | None = None
    certificates: tuple[SentCertificate, ...] = ()
    problem: Symptom | None = None
    clock_offset: float | None = None


async def probe(
    url: str,
    allowed: Sequence[AllowedDestination],
    bundle: Path | None,
    tls: TLSOptions,
    resolver: Resolver | None = None,
) -> ProbeResult:
    """Connect to the server of a URL up to a finished TLS handshake, then compare the clocks. Never raises."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    try:
        addresses = await (resolver or Resolver()).resolve(host)
    except UnresolvedError as error:
        return ProbeResult(host, port, problem=error.symptom)
    if not all(is_allowed(Destination(parts.scheme, host, port, address), allowed) for address in addresses):
        return ProbeResult(host, port, addresses, problem=Symptom.DESTINATION_NOT_ALLOWED)
    found = await _connect(ProbeResult(host, port, addresses, allowed=True), parts.scheme, bundle, tls)
    if found.problem is not None:
        return found
    return await _compare_clocks(found, ConnectionPools(allowed, bundle), f"{parts.scheme}://{parts.netloc}/", tls)


async def _connect(found: ProbeResult, scheme: str, bundle: Path | None, tls: TLSOptions) -> ProbeResult:
    try:
        context = make_ssl_context(bundle, tls) if scheme == "https" else None
        protocol, certificates = await _shake_hands(found, context)
    except BadCertificatesError:
        return replace(found, problem=Symptom.BAD_CA_BUNDLE)
    except BadIdentityError:
        return replace(found, problem=Symptom.TLS_FAILED)
    except (OSError, TimeoutError) as error:
        problem = classify_exception(error, sent=False)
        return replace(found, problem=problem, certificates=await _read_certificates(found, error))
    return replace(found, protocol=protocol, certificates=certificates)


async def _shake_hands(
    found: ProbeResult, context: ssl.SSLContext | None
) -> tuple[str | None, tuple[SentCertificate, ...]]:
    """Connect, and return the TLS version and the certificates of the server. Raises `OSError` or `TimeoutError`."""
    name = found.host if context is not None else None
    async with asyncio.timeout(TIMEOUT):
        _, writer = await asyncio.open_connection(
            str(found.addresses[0]), found.port, ssl=context, server_hostname=name
        )
    try:
        channel = writer.get_extra_info("ssl_object")
        return (channel.version(), read_chain(channel)) if channel is not None else (None, ())
    finally:
        abort(writer)


async def _read_certificates(found: ProbeResult, error: BaseException) -> tuple[SentCertificate, ...]:
    """Return the certificates of a server that was refused because of them."""
    if not isinstance(error, ssl.SSLCertVerificationError):
        return ()
    try:
        return (await _shake_hands(found, build_reading_context()))[1]
    except (OSError, TimeoutError):
        return ()


async def _compare_clocks(found: ProbeResult, pools: ConnectionPools, url: str, tls: TLSOptions) -> ProbeResult:
    began = time.time()
    try:
        response = await fetch(pools, OutgoingRequest("HEAD", url), tls, _LIMITS)
    finally:
        await pools.aclose()
    if isinstance(response, Signal):
        return replace(found, problem=await _find_wrong_scheme(found, response.symptom))
    at = parse_http_date(response.headers.get("date"))
    return replace(found, clock_offset=at - (began + time.time()) / 2) if at is not None else found


async def _find_wrong_scheme(found: ProbeResult, symptom: Symptom) -> Symptom | None:
    """Return the problem of a server that gave no response to a request.

    Only what every request meets counts: a server may ignore this one, and respond to a token request. Many servers
    that speak TLS only close a connection without it, so that a handshake shows what they expect.
    """
    if symptom in (Symptom.NOT_HTTP, Symptom.EXPECTS_TLS):
        return symptom
    if found.protocol is not None:
        return None
    try:
        await _shake_hands(found, build_reading_context())
    except (OSError, TimeoutError):
        return None
    return Symptom.EXPECTS_TLS
