"""A tunnel through the egress proxy: CONNECT (RFC 9110 §9.3.6), before the TLS handshake with the target.

Only CONNECT has the credentials of the proxy, and no response of the proxy leaves this module: what it answers is a
symptom, never a response of the provider. A request of the provider was not sent then.
"""

import asyncio
import ssl
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path

import h11
import httpcore2
import structlog

from oauth_connector.api.names import OPERATOR
from oauth_connector.net.egress_proxy import EgressProxy, ProxyCredentialsError
from oauth_connector.net.not_connected import NotConnectedError
from oauth_connector.net.resolver import Resolver, UnresolvedError
from oauth_connector.net.streams import connect
from oauth_connector.net.tls import BadCertificatesError, make_ssl_context
from oauth_connector.oauth.request_context import TLSOptions
from oauth_connector.oauth.signals import Symptom

LARGEST_HEAD = 16 * 1024
"""Bytes of the head of the proxy's response at most."""

log = structlog.get_logger(__name__)


async def open_tunnel(
    proxy: EgressProxy, target: str, port: int, limit: float | None, resolver: Resolver
) -> httpcore2.AsyncNetworkStream:
    """Return a connection through the proxy to a target, a name or an address. Raises `NotConnectedError`."""
    try:
        authorization = proxy.read_authorization()
    except ProxyCredentialsError:
        raise NotConnectedError(Symptom.PROXY_CREDENTIALS_REJECTED) from None
    stream = await connect_to_proxy(proxy, limit, resolver)
    authority = f"[{target}]:{port}" if ":" in target else f"{target}:{port}"
    headers = [("Host", authority), ("User-Agent", OPERATOR)]
    if authorization is not None:
        headers.append(("Proxy-Authorization", authorization.get_secret_value()))
    try:
        async with asyncio.timeout(limit):
            _require_success(await _request_tunnel(stream, authority, headers), proxy, authority)
    except TimeoutError:
        await stream.aclose()
        raise NotConnectedError(Symptom.PROXY_CANNOT_CONNECT) from None
    except BaseException:
        await stream.aclose()
        raise
    return stream


async def connect_to_proxy(proxy: EgressProxy, limit: float | None, resolver: Resolver) -> httpcore2.AsyncNetworkStream:
    """Connect to the proxy itself, with TLS where its URL has `https`. Raises `NotConnectedError`."""
    host, port = proxy.parts.hostname or "", proxy.parts.port or 0
    try:
        addresses = await resolver.resolve(host)
    except UnresolvedError:
        raise NotConnectedError(Symptom.PROXY_UNREACHABLE) from None
    for address in addresses:
        try:
            stream = await connect(str(address), port, limit)
        except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
            continue
        return await _secure(stream, proxy, host, limit) if proxy.parts.scheme == "https" else stream
    raise NotConnectedError(Symptom.PROXY_UNREACHABLE)


async def _secure(
    stream: httpcore2.AsyncNetworkStream, proxy: EgressProxy, host: str, limit: float | None
) -> httpcore2.AsyncNetworkStream:
    """Perform the handshake with the proxy itself. No certificate of a connector is shown to it."""
    try:
        context = await asyncio.to_thread(_make_context, proxy.authorities, _read_change(proxy.authorities))
        return await stream.start_tls(context, host, limit)
    except (httpcore2.ConnectError, httpcore2.ConnectTimeout, BadCertificatesError, OSError) as error:
        await stream.aclose()
        log.warning("the TLS handshake with the egress proxy fails", proxy=proxy.url, cause=str(error)[:200])
        raise NotConnectedError(Symptom.PROXY_TLS_FAILED) from None


@lru_cache(maxsize=2)
def _make_context(authorities: Path | None, _changed: int) -> ssl.SSLContext:
    return make_ssl_context(authorities, TLSOptions())


def _read_change(authorities: Path | None) -> int:
    return authorities.stat().st_mtime_ns if authorities is not None else 0


async def _request_tunnel(stream: httpcore2.AsyncNetworkStream, authority: str, headers: list[tuple[str, str]]) -> int:
    """Send CONNECT, and return the status. Bytes after the head of a success are refused: TLS clients speak first."""
    protocol = h11.Connection(h11.CLIENT, max_incomplete_event_size=LARGEST_HEAD)
    request = h11.Request(method="CONNECT", target=authority, headers=headers)
    try:
        await stream.write((protocol.send(request) or b"") + (protocol.send(h11.EndOfMessage()) or b""))
        while not isinstance(event := protocol.next_event(), h11.Response):
            if event is h11.NEED_DATA:
                protocol.receive_data(await stream.read(LARGEST_HEAD))
            elif isinstance(event, h11.ConnectionClosed):
                raise NotConnectedError(Symptom.PROXY_UNREACHABLE)
    except (h11.ProtocolError, httpcore2.NetworkError):
        raise NotConnectedError(Symptom.PROXY_UNREACHABLE) from None
    if protocol.trailing_data[0] and event.status_code < HTTPStatus.MULTIPLE_CHOICES:
        raise NotConnectedError(Symptom.PROXY_UNREACHABLE)
    return event.status_code


def _require_success(status: int, proxy: EgressProxy, authority: str) -> None:
    """Raise `NotConnectedError` for a status that refuses the tunnel (RFC 9110 §9.3.6, §15.5.8, §15.6.3)."""
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return
    log.warning("the egress proxy refuses a connection", proxy=proxy.url, target=authority, status=status)
    if status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        raise NotConnectedError(Symptom.PROXY_CREDENTIALS_REJECTED)
    is_of_server = status >= HTTPStatus.INTERNAL_SERVER_ERROR
    raise NotConnectedError(Symptom.PROXY_CANNOT_CONNECT if is_of_server else Symptom.PROXY_REFUSED)
