"""Discovery: the metadata of issuers (RFC 8414) and of protected resources (RFC 9728), fetched and cached."""

import asyncio
import time
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Generic

from oauth_connector.api.schema.origins import origin
from oauth_connector.api.schema.urls import is_issuer, is_url
from oauth_connector.net.connection_pools import ConnectionPools
from oauth_connector.net.fetch import OutgoingRequest, RequestLimits, fetch
from oauth_connector.net.metadata_cache import Found, MetadataCache, MetadataKey
from oauth_connector.net.tls import name_tls
from oauth_connector.oauth.metadata import ServerMetadata, list_well_known_urls, parse_metadata
from oauth_connector.oauth.protected_resource import (
    Challenge,
    ProtectedResource,
    list_resource_urls,
    parse_resource,
    read_challenge,
)
from oauth_connector.oauth.request_context import TLSOptions
from oauth_connector.oauth.signals import Signal, Symptom
from oauth_connector.oauth.token import HTTPResponse

FRESH_SECONDS = 3600.0
"""Seconds for which metadata is used without another request."""

FAILURE_SECONDS = 10.0
"""Seconds for which a failure is cached."""

_OF_MCP = "application/json, text/event-stream"
"""What a request to an MCP server must accept; other servers ignore it."""

_POSTED = (("Accept", _OF_MCP), ("Content-Type", "application/json"))

_CERTAIN = frozenset({Symptom.RESOURCE_MISMATCH, Symptom.NO_AUTHORIZATION_SERVER})
"""Failures that say more than that there is no document at the next place."""


class CachedDiscovery(ABC, Generic[Found]):
    """Metadata by URL and TLS options. When a request fails, the last valid metadata stay in use."""

    def __init__(self, pools: ConnectionPools, clock: Callable[[], float], limits: RequestLimits | None = None) -> None:
        self._pools = pools
        self._limits = limits or RequestLimits()
        self._cache: MetadataCache[Found] = MetadataCache(clock)
        self._locks: dict[MetadataKey, asyncio.Lock] = {}
        self._callers: Counter[MetadataKey] = Counter()

    async def find(self, url: str, tls: TLSOptions) -> Found | Signal:
        """Return the metadata of an issuer or a resource, or the failure. One request at a time is sent for each."""
        key = MetadataKey(url, name_tls(None, tls))
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

    async def _refresh(self, key: MetadataKey, tls: TLSOptions) -> Found | Signal:
        found = await self._fetch_metadata(key.url, tls)
        known = self._cache.get_last(key)
        kept = known if isinstance(found, Signal) and known is not None and not isinstance(known, Signal) else found
        self._cache.put(key, kept, FAILURE_SECONDS if isinstance(found, Signal) else FRESH_SECONDS)
        return kept

    @abstractmethod
    async def _fetch_metadata(self, url: str, tls: TLSOptions) -> Found | Signal:
        """Fetch the metadata now."""

    async def _get(self, url: str, tls: TLSOptions, accept: str = "application/json") -> HTTPResponse | Signal:
        return await fetch(self._pools, OutgoingRequest("GET", url, (("Accept", accept),)), tls, self._limits)


class Discovery(CachedDiscovery[ServerMetadata]):
    """The metadata of authorization servers."""

    async def _fetch_metadata(self, url: str, tls: TLSOptions) -> ServerMetadata | Signal:
        """Try the URLs in their order; the next one only where a server returns no metadata at the last."""
        found: ServerMetadata | Signal = Signal(Symptom.NO_TOKEN_ENDPOINT)
        for place in list_well_known_urls(url):
            answer = await self._get(place, tls)
            found = parse_metadata(url, answer, is_url, time.time()) if isinstance(answer, HTTPResponse) else answer
            if isinstance(found, ServerMetadata) or not isinstance(answer, HTTPResponse):
                break
        return found


class ResourceDiscovery(CachedDiscovery[ProtectedResource]):
    """The metadata of protected resources."""

    async def _fetch_metadata(self, url: str, tls: TLSOptions) -> ProtectedResource | Signal:
        """Send a request without a token, then fetch what its challenge names, else the well-known places.

        A challenge may name a document of the same server only: a resource must not choose what is requested elsewhere.
        MCP servers that serve POST alone, and have their document in an unusual place, get one.
        """
        answer = await self._get(url, tls, _OF_MCP)
        if isinstance(answer, Signal) and not answer.sent:
            return answer
        challenge = read_challenge(answer) if isinstance(answer, HTTPResponse) else Challenge()
        found = await self._fetch_first(url, (*_list_named(url, challenge), *list_resource_urls(url)), tls)
        if isinstance(found, Signal) and found.symptom is Symptom.NOT_FOUND and challenge.metadata_url is None:
            answer = await fetch(self._pools, OutgoingRequest("POST", url, _POSTED, b"{}"), tls, self._limits)
            challenge = read_challenge(answer) if isinstance(answer, HTTPResponse) else Challenge()
            named = _list_named(url, challenge)
            found = await self._fetch_first(url, named, tls) if named else found
        if isinstance(found, Signal) or challenge.scopes is None:
            return found
        return replace(found, scopes=challenge.scopes)

    async def _fetch_first(self, url: str, places: Sequence[str], tls: TLSOptions) -> ProtectedResource | Signal:
        """Fetch the first document about the resource; of the failures one that is certain counts, else the last."""
        found: ProtectedResource | Signal = Signal(Symptom.NOT_FOUND)
        for place in dict.fromkeys(places):
            answer = await self._get(place, tls)
            parsed = parse_resource(url, answer, is_issuer, time.time()) if isinstance(answer, HTTPResponse) else answer
            found = found if isinstance(found, Signal) and found.symptom in _CERTAIN else parsed
            if isinstance(parsed, ProtectedResource):
                return parsed
            if not isinstance(answer, HTTPResponse):
                break
        return found


def _list_named(resource: str, challenge: Challenge) -> tuple[str, ...]:
    """List the document that a challenge names, if it is at the server of the resource."""
    url = challenge.metadata_url
    return (url,) if url is not None and is_url(url) and origin(url) == origin(resource) else ()
