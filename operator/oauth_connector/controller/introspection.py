"""Introspects a token whose response states no lifetime (RFC 7662), after it was persisted and before it is published.

A token must not be lost because another request takes its time, and it is published whatever the outcome is.
"""

from dataclasses import replace
from functools import partial

import structlog

from oauth_connector.api.schema.origins import origin
from oauth_connector.connector.grant.results import RequestFailed
from oauth_connector.connector.grant.server import GrantServer
from oauth_connector.connector.observation import Connector, IssuedToken
from oauth_connector.controller.prepared_request import PreparedRequest
from oauth_connector.controller.token_client import TokenClient
from oauth_connector.oauth.introspection import build_introspection_request, read_introspection_response
from oauth_connector.oauth.lifetimes import LifetimeSource
from oauth_connector.oauth.metadata import ServerMetadata

_ASSUMED = frozenset({None, LifetimeSource.PRESET, LifetimeSource.DEFAULT})

log = structlog.get_logger(__name__)


async def introspect_lifetime(
    client: TokenClient, connector: Connector, token: IssuedToken, server: GrantServer
) -> IssuedToken:
    """Return the token with the lifetime that its server states, if the spec wants that and it can be found out."""
    if not needs_introspection(connector, token):
        return token
    found = await introspect_token(client, connector, token, server)
    if isinstance(found, IssuedToken):
        return found
    log.warning("the lifetime of a token is assumed", connector=str(connector.key), cause=found)
    return token


def needs_introspection(connector: Connector, token: IssuedToken) -> bool:
    """Return whether the lifetime of a token is assumed, and the spec wants it to be looked for."""
    return connector.spec.may_introspect and token.lifetime_source in _ASSUMED


async def introspect_token(
    client: TokenClient, connector: Connector, token: IssuedToken, server: GrantServer
) -> IssuedToken | str:
    """Return the token with the lifetime that its server states, or why that is not known, as a sentence without a dot.

    `server` is the one that issued the token, to which alone it is sent: a resource may name another one meanwhile. The
    endpoint must be at the server of the token endpoint. Otherwise a user who edits a connector could have its tokens
    and the client secret sent to another server.
    """
    prepared = await client.prepare_request(connector, server)
    if isinstance(prepared, RequestFailed):
        return "the request cannot be built"
    endpoint = await _find_endpoint(client, prepared)
    if endpoint is None:
        return "the metadata of the issuer name no introspection endpoint"
    if origin(endpoint) != origin(prepared.endpoint):
        return "the introspection endpoint is not at the server of the token endpoint"
    build = partial(build_introspection_request, endpoint=endpoint, token=token.access_token)
    sent = await client.send_as_client(prepared, build)
    found = read_introspection_response(sent.response, token.issued)
    if found is None:
        return "introspection states no lifetime"
    return replace(token, expires=token.issued + found.seconds, lifetime_source=found.source)


async def _find_endpoint(client: TokenClient, prepared: PreparedRequest) -> str | None:
    """Return the endpoint of the spec, else that of the metadata; nothing where there is none, or discovery fails."""
    named = prepared.connector.spec.provider.introspection_url
    if named is not None:
        return named
    found = prepared.server or await client.servers.find(prepared.connector, prepared.context)
    return found.introspection_endpoint if isinstance(found, ServerMetadata) else None
