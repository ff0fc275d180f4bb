"""A check of the connection to a server, step by step: name, addresses, egress guard, TLS handshake, clock.

It sends no credential: at most one HEAD request (RFC 9110 §9.3.2), whose response shows the clock of the server.
"""

import asyncio
import ssl
import time
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

import httpcore2

from oauth_connector.net.connection_pools import ConnectionPools
from oauth_connector.net.egress import Egress, Route, find_route
from oauth_connector.net.failed_connection import classify_exception
from oauth_connector.net.fetch import OutgoingRequest, RequestLimits, fetch
from oauth_connector.net.resolver import Resolver
from oauth_connector.net.special_addresses import Address
from oauth_connector.net.tls import BadCertificatesError, BadIdentityError, make_ssl_context
from oauth_connector.net.transport import open_route
from oauth_connector.oauth.points_in_time import parse_http_date
from oauth_connector.oauth.request_context import TLSOptions
from oauth_connector.oauth.signals import Signal, Symptom
from oauth_connector.tls.certificates import SentCertificate, read_chain
from oauth_connector.tls.verification import build_reading_context, find_certificate_error

TIMEOUT = 10.0
_LIMITS = RequestLimits(total=TIMEOUT)
_NO_CONNECTION = (OSError, TimeoutError, httpcore2.NetworkError, httpcore2.TimeoutException)


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """The result of each step; `problem` is the first failure, if any, and the fields of later steps stay empty.

    `certificates` are those that the server sends, trusted or not. `clock_offset` is by how many seconds the clock of
    the server is ahead of this machine's; `None` where it sent no date. `proxy` is the URL of the egress proxy, where
    the target is reached through it; without addresses the proxy resolves the name.
    """

    host: str
    port: int
    addresses: tuple[Address, ...] = ()
    allowed: bool = False
    protocol: str | None = None
    certificates: tuple[SentCertificate, ...] = ()
    proxy: str | None = None
    problem: Symptom | None = None
    clock_offset: float | None = None


async def probe(url: str, egress: Egress, tls: TLSOptions, resolver: Resolver | None = None) -> ProbeResult:
    """Connect to the server of a URL up to a finished TLS handshake, then compare the clocks. Never raises."""
    return await _Probe(url, egress, tls, resolver or Resolver()).run()


class _Probe:
    def __init__(self, url: str, egress: Egress, tls: TLSOptions, resolver: Resolver) -> None:
        self._url = urlsplit(url)
        self._egress = egress
        self._tls = tls
        self._resolver = resolver

    async def run(self) -> ProbeResult:
        """Take the steps, up to the first that fails."""
        host, port = self._url.hostname or "", self._url.port or (443 if self._url.scheme == "https" else 80)
        route = await find_route(self._url.scheme, host, port, self._egress, self._resolver)
        found = ProbeResult(host, port, route.addresses, proxy=route.proxy.url if route.proxy else None)
        if route.problem is not None:
            return replace(found, problem=route.problem)
        found = await self._connect(replace(found, allowed=True), route)
        return found if found.problem is not None else await self._compare_clocks(found, route)

    async def _connect(self, found: ProbeResult, route: Route) -> ProbeResult:
        try:
            context = make_ssl_context(self._egress.bundle, self._tls) if self._url.scheme == "https" else None
            protocol, certificates = await self._shake_hands(route, context)
        except BadCertificatesError:
            return replace(found, problem=Symptom.BAD_CA_BUNDLE)
        except BadIdentityError:
            return replace(found, problem=Symptom.TLS_FAILED)
        except _NO_CONNECTION as error:
            problem = classify_exception(error, sent=False)
            return replace(found, problem=problem, certificates=await self._read_certificates(route, error))
        return replace(found, protocol=protocol, certificates=certificates)

    async def _shake_hands(
        self, route: Route, context: ssl.SSLContext | None
    ) -> tuple[str | None, tuple[SentCertificate, ...]]:
        """Connect, and return the TLS version and the certificates of the server. Raises `_NO_CONNECTION`."""
        async with asyncio.timeout(TIMEOUT):
            stream = await open_route(route, TIMEOUT, self._resolver)
            try:
                if context is None:
                    return None, ()
                channel = (await stream.start_tls(context, route.host)).get_extra_info("ssl_object")
                return channel.version(), read_chain(channel)
            finally:
                await stream.aclose()

    async def _read_certificates(self, route: Route, error: BaseException) -> tuple[SentCertificate, ...]:
        """Return the certificates of a server that was refused because of them."""
        if find_certificate_error(error) is None:
            return ()
        try:
            return (await self._shake_hands(route, build_reading_context()))[1]
        except _NO_CONNECTION:
            return ()

    async def _compare_clocks(self, found: ProbeResult, route: Route) -> ProbeResult:
        began, pools = time.time(), ConnectionPools(self._egress, resolver=self._resolver)
        try:
            url = f"{self._url.scheme}://{self._url.netloc}/"
            response = await fetch(pools, OutgoingRequest("HEAD", url), self._tls, _LIMITS)
        finally:
            await pools.aclose()
        if isinstance(response, Signal):
            return replace(found, problem=await self._find_wrong_scheme(found, route, response.symptom))
        at = parse_http_date(response.headers.get("date"))
        return replace(found, clock_offset=at - (began + time.time()) / 2) if at is not None else found

    async def _find_wrong_scheme(self, found: ProbeResult, route: Route, symptom: Symptom) -> Symptom | None:
        """Return the problem of a server that gave no response to a request.

        Only what every request meets counts: a server may ignore this one, and respond to a token request. Many servers
        that speak TLS only close a connection without it, so that a handshake shows what they expect.
        """
        if symptom in (Symptom.NOT_HTTP, Symptom.EXPECTS_TLS):
            return symptom
        if found.protocol is not None:
            return None
        try:
            await self._shake_hands(route, build_reading_context())
        except _NO_CONNECTION:
            return None
        return Symptom.EXPECTS_TLS
