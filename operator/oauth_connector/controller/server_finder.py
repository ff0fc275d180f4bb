"""Finds the authorization server of a connector: the metadata of its issuer, or of the issuer that a resource names.

resource → its authorization servers → the one that is pinned, else the first → its metadata
"""

from collections.abc import Callable
from dataclasses import replace

from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec
from oauth_connector.connector.grant.server import choose_issuer
from oauth_connector.connector.observation import Connector
from oauth_connector.connector.status.problem import Problem, of_signal
from oauth_connector.controller.ports import CredentialReader, ProviderClient
from oauth_connector.controller.request_trust import read_trust
from oauth_connector.oauth.metadata import ServerMetadata
from oauth_connector.oauth.protected_resource import ProtectedResource
from oauth_connector.oauth.request_context import RequestContext, TLSOptions, read_host
from oauth_connector.oauth.signals import RequestPhase, Signal


class ServerFinder:
    """Finds servers; nothing that it sends contains a credential."""

    def __init__(self, credentials: CredentialReader, provider: ProviderClient, clock: Callable[[], float]) -> None:
        self._credentials = credentials
        self._provider = provider
        self._clock = clock

    async def read_context(self, connector: Connector) -> RequestContext | Problem:
        """Return the context of the connector's requests, with the CA bundle that the spec names."""
        trust = await read_trust(self._credentials, connector)
        if isinstance(trust, Problem):
            return trust
        spec, provider = connector.spec, connector.spec.provider
        named = (provider.resource, provider.issuer)
        return RequestContext(
            self._clock(),
            issuer=provider.effective_issuer,
            tls=TLSOptions(trust),
            scope=spec.separator.join(spec.effective_scopes),
            named_hosts=frozenset(read_host(url) for url in named if url) if provider.resource is not None else None,
        )

    async def find(
        self, connector: Connector, context: RequestContext, pinned: str | None = None
    ) -> ServerMetadata | Problem | None:
        """Fetch the metadata of the server (RFC 8414); `None` where the spec names neither issuer nor resource.

        `pinned` is the issuer that the grant is from: no other one of the same resource gets anything.
        """
        spec, public = connector.spec, context.with_identity(None)  # metadata is public
        if spec.provider.resource is None:
            issuer = spec.provider.effective_issuer
            return await self._find_issuer(spec, issuer, context) if issuer is not None else None
        resource = await self.find_resource(connector, public)
        if isinstance(resource, Problem):
            return resource
        chosen = choose_issuer(connector, resource, pinned)
        found = chosen if isinstance(chosen, Problem) else await self._find_issuer(spec, chosen, context)
        return found if isinstance(found, Problem) else replace(found, resource=resource)

    async def find_resource(self, connector: Connector, context: RequestContext) -> ProtectedResource | Problem:
        """Fetch the metadata of the resource that the spec names (RFC 9728)."""
        resource = connector.spec.provider.resource or ""
        found = await self._provider.find_resource(resource, context)
        if isinstance(found, Signal):
            return _name_host(of_signal(connector.spec, RequestPhase.RESOURCE, found), resource)
        return found

    async def _find_issuer(
        self, spec: OAuthConnectorSpec, issuer: str, context: RequestContext
    ) -> ServerMetadata | Problem:
        found = await self._provider.find(issuer, context.with_identity(None))
        if isinstance(found, Signal):
            return _name_host(of_signal(spec, RequestPhase.DISCOVERY, found), issuer)
        return found if context.tls.identity is None else found.with_aliases()


def _name_host(problem: Problem, url: str) -> Problem:
    """Return a problem with the host of its request: a resource leads to others than the spec names."""
    return replace(problem, facts={**problem.facts, "host": read_host(url)})
