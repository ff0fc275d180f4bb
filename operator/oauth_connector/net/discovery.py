"""Discovery: the endpoints of an issuer, fetched by RFC 8414, then OpenID Connect Discovery, and cached."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable

from oauth_connector.api.schema.urls import is_url
from oauth_connector.net.connection_pools import ConnectionPools
from oauth_connector.net.fetch import OutgoingRequest, RequestLimits, fetch
from oauth_connector.net.metadata_cache import MetadataCache, MetadataKey
from oauth_connector.net.tls import name_tls
from oauth_connector.oauth.metadata import ServerMetadata, list_well_known_urls, parse_metadata
from oauth_connector.oauth.request_context import TLSOptions
from oauth_connector.oauth.signals import Signal, Symptom
from oauth_connector.oauth.token import HTTPResponse

FRESH_SECONDS = 3600.0
"""Seconds for which metadata is used without another request."""

FAILURE_SECONDS = 10.0
"""Seconds for which a failure is cached."""


class Discovery:
    """Metadata by issuer and TLS options. When a request fails, the last valid metadata stay in use."""

    def __init__(self, pools: ConnectionPools, clock: Callable[[], float], limits: RequestLimits | None = None) -> None:
        self._pools = pools
        self._limits = limits or RequestLimits()
        self._cache = MetadataCache(clock)
        self._locks: dict[MetadataKey, asyncio.Lock] = {}
        self._callers: Counter[MetadataKey] = Counter()

    async def find(self, issuer: str, tls: TLSOptions) -> ServerMetadata | Signal:
        """Return the metadata of an issuer, or the failure. One request at a time is sent for an issuer."""
        key = MetadataKey(issuer, name_tls(None, tls))
        self._callers[key] += 1
        try:
            async with self._locks.setdefault(key, asyncio.Lock()):
                return self._cache.get_fresh(key) or await self._refresh(key, tls)
        finally:
            self._callers[key] -= 1
            if not self._callers[key]:  # the lock is that of all callers: only the last one may remove it
                del self._locks[key], self._callers[key]

    def forget_failures(self) -> None:
        """Forget the failures, which other settings may prevent."""
        self._cache.forget_failures()

    async def _refresh(self, key: MetadataKey, tls: TLSOptions) -> ServerMetadata | Signal:
        found = await self._fetch_metadata(key.issuer, tls)
        known = self._cache.get_last(key)
        kept = known if isinstance(found, Signal) and isinstance(known, ServerMetadata) else found
        self._cache.put(key, kept, FAILURE_SECONDS if isinstance(found, Signal) else FRESH_SECONDS)
        return kept

    async def _fetch_metadata(self, issuer: str, tls: TLSOptions) -> ServerMetadata | Signal:
        """Try both URLs; the second only where the first returns no metadata."""
        found: ServerMetadata | Signal = Signal(Symptom.NO_TOKEN_ENDPOINT)
        for url in list_well_known_urls(issuer):
            outgoing = OutgoingRequest("GET", url, (("Accept", "application/json"),))
            answer = await fetch(self._pools, outgoing, tls, self._limits)
            found = parse_metadata(issuer, answer, is_url, time.time()) if isinstance(answer, HTTPResponse) else answer
            if isinstance(found, ServerMetadata) or not isinstance(answer, HTTPResponse):
                break
        return found
