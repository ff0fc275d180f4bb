"""How the servers handle a grant and its parameters, and how the operator reads their responses."""

from dataclasses import replace

import pytest
from pydantic import SecretStr

from devtools.authorization_servers.authorization_server import AuthorizationServer
from oauth_connector.oauth.errors import FailureReason
from oauth_connector.oauth.grants.client_credentials import ClientCredentials
from oauth_connector.oauth.grants.registry import GrantType
from oauth_connector.oauth.signals import RequestPhase, Signal
from oauth_connector.oauth.token import Token
from oauth_connector.oauth.token_request import TokenRequestParameters
from oauth_connector.oauth.verdicts import classify
from tests.interop.exchanging import client_of, password_of, token_client

SERVERS = ("canaille", "oidc_provider")
WRONG_PASSWORD = {"canaille": "invalid_request", "oidc_provider": "invalid_grant"}


@pytest.mark.parametrize("fixture", SERVERS)
async def test_the_granted_scope_is_reported_and_within_the_request(
    fixture: str, request: pytest.FixtureRequest
) -> None:
    """Scopes go out joined by spaces and come back as a tuple."""
    server: AuthorizationServer = request.getfixturevalue(fixture)
    parameters = TokenRequestParameters(scopes=("read", "write"))
    outcome = await token_client(server, client_of(server.client), ClientCredentials(), parameters)
    assert isinstance(outcome, Token)
    assert outcome.scope == ("read", "write")


@pytest.mark.parametrize("fixture", SERVERS)
async def test_changed_password_is_refused_and_the_new_one_taken(fixture: str, request: pytest.FixtureRequest) -> None:
    """The servers name a wrong password differently; a corrected one gets a token at once."""
    server: AuthorizationServer = request.getfixturevalue(fixture)
    old = server.enroll()
    new = server.change_password(old)
    refused = await token_client(server, client_of(server.client), password_of(old))
    assert isinstance(refused, Signal)
    assert (refused.http_status, refused.oauth_error) == (400, WRONG_PASSWORD[fixture])
    assert isinstance(await token_client(server, client_of(server.client), password_of(new)), Token)


@pytest.mark.parametrize("fixture", SERVERS)
async def test_a_refused_password_is_not_retried(fixture: str, request: pytest.FixtureRequest) -> None:
    """With every error of a server, a retry could lock the account."""
    server: AuthorizationServer = request.getfixturevalue(fixture)
    user = replace(server.user, password=SecretStr("wrong"))
    refused = await token_client(server, client_of(server.client), password_of(user))
    assert isinstance(refused, Signal)
    assert not classify(GrantType.PASSWORD, RequestPhase.TOKEN, refused).repeatable


@pytest.mark.parametrize("fixture", SERVERS)
async def test_a_revoked_token_is_invalid(fixture: str, request: pytest.FixtureRequest) -> None:
    """The server decides whether a token is valid, and a test can revoke it."""
    server: AuthorizationServer = request.getfixturevalue(fixture)
    outcome = await token_client(server, client_of(server.client), ClientCredentials())
    assert isinstance(outcome, Token)
    assert server.is_live(outcome.access_token)
    server.revoke(outcome.access_token)
    assert not server.is_live(outcome.access_token)


async def test_unknown_scope_at_canaille_is_dropped_in_silence(canaille: AuthorizationServer) -> None:
    """A server may grant less than was requested, and the scope of its response says so."""
    parameters = TokenRequestParameters(scopes=("read", "nonsense"))
    outcome = await token_client(canaille, client_of(canaille.client), ClientCredentials(), parameters)
    assert isinstance(outcome, Token)
    assert outcome.scope == ("read",)


REFUSED = {
    "a scope that the client may not have": (TokenRequestParameters(scopes=("admin",)), FailureReason.INVALID_SCOPE),
    "an unknown resource": (
        TokenRequestParameters(resources=("https://other.example.com/",)),
        FailureReason.INVALID_TARGET,
    ),
    "two resources": (
        TokenRequestParameters(resources=("urn:test:api", "https://api.example.com/")),
        FailureReason.INVALID_TARGET,
    ),
}


@pytest.mark.parametrize(("parameters", "reason"), REFUSED.values(), ids=REFUSED)
async def test_parameter_that_oidc_provider_refuses_has_its_reason(
    parameters: TokenRequestParameters, reason: FailureReason, oidc_provider: AuthorizationServer
) -> None:
    """The reasons of a strict server are distinguished."""
    outcome = await token_client(oidc_provider, client_of(oidc_provider.client), ClientCredentials(), parameters)
    assert isinstance(outcome, Signal)
    assert classify(GrantType.CLIENT_CREDENTIALS, RequestPhase.TOKEN, outcome).reason is reason


async def test_known_resource_is_granted(oidc_provider: AuthorizationServer) -> None:
    """One resource indicator (RFC 8707) with a scope of that resource gets a token."""
    parameters = TokenRequestParameters(scopes=("read",), resources=("https://api.example.com/",))
    outcome = await token_client(oidc_provider, client_of(oidc_provider.client), ClientCredentials(), parameters)
    assert isinstance(outcome, Token)
    assert outcome.scope == ("read",)
