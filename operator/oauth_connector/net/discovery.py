"""Discovery: the endpoints of an issuer, fetched by RFC 8414, then OpenID Connect Discovery, and cached."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from oauth_connector.net.connection_pools import ConnectionPools
from oauth_connector.net.fetch import OutgoingRequest, RequestLimits, fetch
from oauth_connector.net.tls import name_tls
from oauth_connector.oauth.metadata import ServerMetadata, list_well_known_urls, parse_metadata
from oauth_connector.oauth.request_context import TLSOptions
from oauth_connector.oauth.signals import Signal, Symptom
from oauth_connector.oauth.token import HTTPResponse

FRESH_SECONDS = 3600.0
"""Seconds for which metadata is used without another request."""

FAILURE_SECONDS = 10.0
"""Seconds for which a failure is cached."""

MOST_ISSUERS = 1024

_Cached = tuple[ServerMetadata | Signal, float]


@dataclass(frozen=True, slots=True)
class _CacheKey:
    issuer: str
    tls: str


class Discovery:
    """Metadata by issuer and TLS options. When a request fails, the last valid metadata stay in use."""

    def __init__(self, pools: ConnectionPools, clock: Callable[[], float], limits: RequestLimits | None = None) -> None:
        self._pools = pools
        self._clock = clock
        self._limits = limits or RequestLimits()
        self._cached: OrderedDict[_CacheKey, _Cached] = OrderedDict()
        self._locks: dict[_CacheKey, asyncio.Lock] = {}

    async def find(self, issuer: str, tls: TLSOptions) -> ServerMetadata | Signal:
        """Return the metadata of an issuer, or the failure. One request at a time is sent for an issuer."""
        key = _CacheKey(issuer, name_tls(None, tls))
        async with self._locks.setdefault(key, asyncio.Lock()):
            found = self._read_cached(key) or await self._refresh(key, tls)
        self._locks.pop(key, None)
        return found

    def forget_failures(self) -> None:
        """Forget the failures, which other settings may prevent."""
        for key in [key for key, (found, _) in self._cached.items() if isinstance(found, Signal)]:
            del self._cached[key]

    def _read_cached(self, key: _CacheKey) -> ServerMetadata | Signal | None:
        found, until = self._cached.get(key, (None, 0.0))
        return found if self._clock() < until else None

    async def _refresh(self, key: _CacheKey, tls: TLSOptions) -> ServerMetadata | Signal:
        found = await self._fetch_metadata(key.issuer, tls)
        known = self._cached.get(key, (None, 0.0))[0]
        kept = known if isinstance(found, Signal) and isinstance(known, ServerMetadata) else found
        seconds = FAILURE_SECONDS if isinstance(found, Signal) else FRESH_SECONDS
        self._cached[key] = (kept, self._clock() + seconds)
        self._cached.move_to_end(key)
        if len(self._cached) > MOST_ISSUERS:
            self._cached.popitem(last=False)
        return kept

    async def _fetch_metadata(self, issuer: str, tls: TLSOptions) -> ServerMetadata | Signal:
        """Try both URLs; the second only where the first returns no metadata."""
        found: ServerMetadata | Signal = Signal(Symptom.NO_TOKEN_ENDPOINT)
        for url in list_well_known_urls(issuer):
            outgoing = OutgoingRequest("GET", url, (("Accept", "application/json"),))
            answer = await fetch(self._pools, outgoing, tls, self._limits)
            found = parse_metadata(issuer, answer, time.time()) if isinstance(answer, HTTPResponse) else answer
            if isinstance(found, ServerMetadata) or not isinstance(answer, HTTPResponse):
                break
        return found
