"""The client of authorization servers: discovery and token requests over guarded connections."""

import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from oauth_connector.net.connection_pools import ConnectionPools
from oauth_connector.net.destinations import AllowedDestination
from oauth_connector.net.discovery import Discovery, ResourceDiscovery
from oauth_connector.net.egress import Egress
from oauth_connector.net.fetch import OutgoingRequest, RequestLimits, fetch
from oauth_connector.oauth.metadata import ServerMetadata
from oauth_connector.oauth.protected_resource import ProtectedResource
from oauth_connector.oauth.request_context import RequestContext
from oauth_connector.oauth.signals import Signal
from oauth_connector.oauth.token import HTTPResponse
from oauth_connector.oauth.token_request import TokenRequest


class HTTPProviderClient:
    """Implements `ports.ProviderClient` over HTTP."""

    def __init__(
        self,
        egress: Egress,
        *,
        clock: Callable[[], float] = time.monotonic,
        limits: RequestLimits | None = None,
        may_send: Callable[[], bool] = lambda: True,
    ) -> None:
        self._pools = ConnectionPools(egress)
        self._limits = limits or RequestLimits()
        self._may_send = may_send
        self._discovery = Discovery(self._pools, clock, self._limits)
        self._resources = ResourceDiscovery(self._pools, clock, self._limits)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._pools.aclose()

    def change_destinations(self, allowed: Sequence[AllowedDestination]) -> None:
        """Allow these destinations instead, and forget what failed before: the bundle may have changed, too."""
        self._pools.change_destinations(allowed)
        self._discovery.forget_failures()
        self._resources.forget_failures()

    async def find(self, issuer: str, context: RequestContext) -> ServerMetadata | Signal:
        """Discover an issuer's endpoints (RFC 8414), with the TLS options of the context."""
        return await self._discovery.find(issuer, context.choose_tls(issuer))

    async def find_resource(self, resource: str, context: RequestContext) -> ProtectedResource | Signal:
        """Discover the authorization servers of a resource (RFC 9728), with the TLS options of the context."""
        return await self._resources.find(resource, context.choose_tls(resource))

    async def send(self, request: TokenRequest, context: RequestContext) -> HTTPResponse | Signal:
        """Send one token request, once, if this process may send at that moment."""
        outgoing = OutgoingRequest(
            request.method.value, request.target, request.headers, request.body, request.send_window, self._may_send
        )
        return await fetch(self._pools, outgoing, context.choose_tls(request.url), self._limits)
