"""Discovery: an issuer's endpoints, fetched by RFC 8414, then OpenID Connect, and kept."""

import asyncio
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

FRESH = 3600.0
"""Seconds for which metadata is believed without another look."""

NEGATIVE = 10.0
"""Seconds for which a failure is believed."""

MOST = 1024

_Cached = tuple[ServerMetadata | Signal, float]


@dataclass(frozen=True, slots=True)
class _CacheKey:
    issuer: str
    tls: str


class Discovery:
    """Metadata by issuer and TLS options. Where a look fails, what was last good goes on being used."""

    def __init__(self, pools: ConnectionPools, clock: Callable[[], float], limits: RequestLimits | None = None) -> None:
        self._pools = pools
        self._clock = clock
        self._limits = limits or RequestLimits()
        self._cached: OrderedDict[_CacheKey, _Cached] = OrderedDict()
        self._locks: dict[_CacheKey, asyncio.Lock] = {}

    async def find(self, issuer: str, tls: TLSOptions) -> ServerMetadata | Signal:
        """Give an issuer's metadata, or what was seen instead. One look at a time for an issuer."""
        place = _CacheKey(issuer, name_tls(None, tls))
        async with self._locks.setdefault(place, asyncio.Lock()):
            found = self._fresh(place) or await self._look(place, tls)
        self._locks.pop(place, None)
        return found

    def _fresh(self, place: _CacheKey) -> ServerMetadata | Signal | None:
        found, until = self._cached.get(place, (None, 0.0))
        return found if self._clock() < until else None

    async def _look(self, place: _CacheKey, tls: TLSOptions) -> ServerMetadata | Signal:
        found = await self._fetched(place.issuer, tls)
        known = self._cached.get(place, (None, 0.0))[0]
        kept = known if isinstance(found, Signal) and isinstance(known, ServerMetadata) else found
        life = NEGATIVE if isinstance(found, Signal) else FRESH
        self._cached[place] = (kept, self._clock() + life)
        self._cached.move_to_end(place)
        if len(self._cached) > MOST:
            self._cached.popitem(last=False)
        return kept

    async def _fetched(self, issuer: str, tls: TLSOptions) -> ServerMetadata | Signal:
        """Try both addresses; the second only where the first has nothing to show."""
        found: ServerMetadata | Signal = Signal(Symptom.NO_TOKEN_ENDPOINT)
        for url in list_well_known_urls(issuer):
            outgoing = OutgoingRequest("GET", url, (("Accept", "application/json"),))
            answer = await fetch(self._pools, outgoing, tls, self._limits)
            found = parse_metadata(issuer, answer) if isinstance(answer, HTTPResponse) else answer
            if isinstance(found, ServerMetadata) or not isinstance(answer, HTTPResponse):
                break
        return found
