"""Clients that sign assertions, at a server of Authlib: a second verifier, with code of its own (RFC 7523 §3)."""

import json
import secrets
import time
from collections.abc import AsyncIterator

import aiohttp
import pytest
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from pydantic import SecretStr

from oauth_connector.api.v1alpha1.client import ClientSpec
from oauth_connector.oauth.client_auth.client import Client
from oauth_connector.oauth.client_auth.registry import ClientAuthentication
from oauth_connector.oauth.grants.client_credentials import ClientCredentials
from oauth_connector.oauth.request_context import RequestContext
from oauth_connector.oauth.signals import Signal
from oauth_connector.oauth.token import HTTPResponse, Token
from oauth_connector.oauth.token_request import TokenRequestParameters, build_token_request
from oauth_connector.oauth.token_response import parse_token_response
from tests.interop.exchanging import post
from tests.support.authlib_server import AuthlibServer, authlib_server
from tests.support.signing_keys import P256_KEY, RSA_KEY, build_jwks, write_pem


@pytest.fixture
async def server() -> AsyncIterator[AuthlibServer]:
    """Return a server."""
    async with authlib_server() as running:
        yield running


def client_of(key: PrivateKeyTypes, **fields: object) -> Client:
    """Return the client `robot` as a connector describes it."""
    spec = ClientSpec.model_validate({"id": "robot", "keyRef": {"name": "key"}, **fields})
    return spec.build_client(ClientAuthentication.PRIVATE_KEY_JWT, {"keyRef": SecretStr(write_pem(key))})


async def request_token(server: AuthlibServer, client: Client, **changes: object) -> Token | Signal:
    """Request a token as the operator does."""
    usual = {"now": time.time(), "token_endpoint": server.token_url, "nonce": secrets.token_urlsafe(16)}
    context = RequestContext(**(usual | changes))  # type: ignore[arg-type]  # by name
    request = build_token_request(context, ClientCredentials(), client, TokenRequestParameters())
    response: HTTPResponse = await post(request)
    return parse_token_response(response)


@pytest.mark.parametrize("audience", [None, "Issuer", "TokenEndpoint"])
@pytest.mark.parametrize("key", [RSA_KEY, P256_KEY], ids=["RS256", "ES256"])
async def test_an_assertion_is_accepted(server: AuthlibServer, key: PrivateKeyTypes, audience: str | None) -> None:
    """For the issuer and for the token endpoint, with claims that are for one request."""
    server.register("robot", build_jwks(key))
    fields = {"assertionAudience": audience} if audience else {}
    outcome = await request_token(server, client_of(key, **fields), issuer=server.url)
    assert isinstance(outcome, Token)
    assert server.issued == [outcome.access_token.get_secret_value()]
    (claims,) = server.accepted
    assert (claims["iss"], claims["sub"]) == ("robot", "robot")


async def test_an_assertion_is_accepted_once(server: AuthlibServer) -> None:
    """Another one follows with each request."""
    server.register("robot", build_jwks(RSA_KEY))
    sent = [await request_token(server, client_of(RSA_KEY), nonce=nonce) for nonce in ("same", "same", "other")]
    assert [type(outcome) for outcome in sent] == [Token, Signal, Token]


@pytest.mark.parametrize("change", ["key", "audience", "time", "client"])
async def test_a_wrong_assertion_is_refused(server: AuthlibServer, change: str) -> None:
    """With `invalid_client`, by which the operator knows whom it has to ask."""
    server.register("other" if change == "client" else "robot", build_jwks(RSA_KEY))
    fields: dict[str, object] = {"assertionAudience": "https://another.example"} if change == "audience" else {}
    client = client_of(P256_KEY if change == "key" else RSA_KEY, **fields)
    late = {"now": time.time() - 120} if change == "time" else {}
    outcome = await request_token(server, client, **late)
    assert isinstance(outcome, Signal)
    assert outcome.oauth_error == "invalid_client"


async def test_a_request_without_assertion_is_refused(server: AuthlibServer) -> None:
    """The server accepts nothing else."""
    form = {"grant_type": "client_credentials", "client_id": "robot"}
    async with aiohttp.ClientSession() as session, session.post(server.token_url, data=form) as answer:
        assert json.loads(await answer.text())["error"] == "invalid_client"
