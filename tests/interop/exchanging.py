"""One token call as the operator makes it, by its OAuth core and a plain HTTP client."""

import secrets
import time
from typing import Any

import aiohttp
from pydantic import SecretStr

from devtools.authorization_servers.authorization_server import AuthorizationServer
from devtools.authorization_servers.registrations import RegisteredClient, RegisteredUser
from oauth_connector.api.schema.urls import is_url
from oauth_connector.oauth.client_auth.basic import BasicClient, BasicEncoding
from oauth_connector.oauth.client_auth.client import Client
from oauth_connector.oauth.client_auth.none import PublicClient
from oauth_connector.oauth.client_auth.post import PostClient
from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.oauth.grants.grant import Grant
from oauth_connector.oauth.grants.password import Password
from oauth_connector.oauth.metadata import ServerMetadata, parse_metadata
from oauth_connector.oauth.request_context import RequestContext
from oauth_connector.oauth.revocation import Revocation, build_revocation_request, read_revocation_response
from oauth_connector.oauth.signals import Signal
from oauth_connector.oauth.token import HTTPResponse, Token
from oauth_connector.oauth.token_request import TokenRequest, TokenRequestParameters, build_token_request
from oauth_connector.oauth.token_response import parse_token_response

METHODS = {
    "client_secret_basic": ClientAuthentication.BASIC,
    "client_secret_post": ClientAuthentication.POST,
    "none": ClientAuthentication.NONE,
}
NOTHING_MORE = TokenRequestParameters()


def client_of(registered: RegisteredClient, encoding: BasicEncoding = BasicEncoding.FORM) -> Client:
    """Return the client as a connector describes it."""
    if registered.authentication == "none":
        return PublicClient(registered.id)
    if registered.authentication == "client_secret_post":
        return PostClient(registered.id, registered.secret)
    return BasicClient(registered.id, registered.secret, encoding)


def password_of(user: RegisteredUser) -> Password:
    """Return the grant by which the client acts for a user."""
    return Password(SecretStr(user.username), user.password)


def context_of(server: AuthorizationServer, **changes: Any) -> RequestContext:
    """Return the context of one request to a server now, with these values in the place of the usual ones."""
    usual: dict[str, Any] = {"now": time.time(), "token_endpoint": server.token_url, "nonce": secrets.token_urlsafe(16)}
    return RequestContext(**(usual | changes))


async def token_client(
    server: AuthorizationServer,
    client: Client,
    grant: Grant,
    parameters: TokenRequestParameters = NOTHING_MORE,
    context: RequestContext | None = None,
) -> Token | Signal:
    """Request a token from a server."""
    request = build_token_request(context or context_of(server), grant, client, parameters)
    return parse_token_response(await post(request))


async def revoke(server: AuthorizationServer, client: Client, token: SecretStr, hint: str) -> Revocation | None:
    """Revoke a token at a server."""
    request = build_revocation_request(context_of(server), client, server.revocation_url, token, hint)
    return read_revocation_response(await post(request))


async def discover(server: AuthorizationServer) -> ServerMetadata:
    """Return the metadata of a server (OpenID Connect Discovery)."""
    found = parse_metadata(server.issuer, await fetch(f"{server.issuer}/.well-known/openid-configuration"), is_url)
    if isinstance(found, Signal):
        raise TypeError(f"no metadata: {found}")
    return found


async def post(request: TokenRequest) -> HTTPResponse:
    """Send a request."""
    async with (
        aiohttp.ClientSession() as session,
        session.post(request.url, headers=dict(request.headers), data=request.body) as answer,
    ):
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return HTTPResponse(answer.status, headers, await answer.read())


async def fetch(url: str) -> HTTPResponse:
    """Get a document."""
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return HTTPResponse(answer.status, headers, await answer.read())
