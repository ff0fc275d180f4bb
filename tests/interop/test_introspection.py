"""Introspection at real servers (RFC 7662), as the operator sends and reads it."""

import time

import aiohttp
import pytest
from pydantic import SecretStr

from devtools.authorization_servers.authorization_server import AuthorizationServer
from oauth_connector.oauth.grants.client_credentials import ClientCredentials
from oauth_connector.oauth.introspection import build_introspection_request, read_introspection_response
from oauth_connector.oauth.lifetimes import Lifetime, LifetimeSource
from oauth_connector.oauth.request_context import RequestContext
from oauth_connector.oauth.token import HTTPResponse, Token
from tests.interop.exchanging import client_of, token_client

SERVERS = ("canaille", "oidc_provider")


async def introspect(server: AuthorizationServer, token: SecretStr) -> Lifetime | None:
    """Ask a server for the lifetime of a token."""
    context = RequestContext(time.time(), server.token_url)
    request = build_introspection_request(context, client_of(server.client), server.introspection_url, token)
    async with (
        aiohttp.ClientSession() as session,
        session.post(request.url, headers=dict(request.headers), data=request.body) as answer,
    ):
        headers = {name.lower(): value for name, value in answer.headers.items()}
        response = HTTPResponse(answer.status, headers, await answer.read())
    return read_introspection_response(response, context.now)


@pytest.mark.parametrize("fixture", SERVERS)
async def test_a_server_states_the_lifetime_of_its_token(fixture: str, request: pytest.FixtureRequest) -> None:
    """The lifetime is that of the token response, less the seconds in between."""
    server: AuthorizationServer = request.getfixturevalue(fixture)
    token = await token_client(server, client_of(server.client), ClientCredentials())
    assert isinstance(token, Token)
    assert token.lifetime is not None
    found = await introspect(server, token.access_token)
    assert found is not None
    assert found.source is LifetimeSource.INTROSPECTION
    assert 0 < found.seconds <= token.lifetime


@pytest.mark.parametrize("fixture", SERVERS)
async def test_an_unknown_token_has_no_lifetime(fixture: str, request: pytest.FixtureRequest) -> None:
    """RFC 7662 §2.2: the server says no more than that the token is not active."""
    server: AuthorizationServer = request.getfixturevalue(fixture)
    assert await introspect(server, SecretStr("unknown")) is None
