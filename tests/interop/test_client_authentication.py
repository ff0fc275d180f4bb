"""Grant by client authentication by server, with the secrets that servers and clients read differently.

The results for Raw are what these servers do, not a recommendation: RFC 6749 §2.3.1 has id and secret
form-encoded, and who sends them raw gets lucky with a secret that reads the same.
"""

from typing import NamedTuple

import pytest

from devtools.authorization_servers.authorization_server import AuthorizationServer
from devtools.authorization_servers.registrations import Authentication
from oauth_connector.oauth.client_auth.basic import BasicEncoding
from oauth_connector.oauth.errors import FailureReason, Remedy
from oauth_connector.oauth.grants.client_credentials import ClientCredentials
from oauth_connector.oauth.grants.grant import Grant
from oauth_connector.oauth.grants.registry import GrantType
from oauth_connector.oauth.signals import RequestPhase, Signal
from oauth_connector.oauth.token import Token
from oauth_connector.oauth.verdicts import classify
from tests.interop.exchanging import client_of, password_of, token_client

SERVERS = ("canaille", "oidc_provider")
SECRETS = {
    "plain": "s3cret-._~",
    "space": "two words",
    "colon": "left:right",
    "percent": "100%41",
    "plus": "one+one",
    "everything": "a b:c%41+d&e=f/\"\\'",
}


class Row(NamedTuple):
    """One cell of the matrix: how a client shows itself to which server for which grant."""

    server: str
    grant: GrantType
    authentication: Authentication


BASIC: Authentication = "client_secret_basic"
POST: Authentication = "client_secret_post"
ACCEPTED = {
    "canaille, client credentials, Basic": Row("canaille", GrantType.CLIENT_CREDENTIALS, BASIC),
    "canaille, password, Basic": Row("canaille", GrantType.PASSWORD, BASIC),
    "canaille, password, Post": Row("canaille", GrantType.PASSWORD, POST),
    "oidc-provider, client credentials, Basic": Row("oidc_provider", GrantType.CLIENT_CREDENTIALS, BASIC),
    "oidc-provider, client credentials, Post": Row("oidc_provider", GrantType.CLIENT_CREDENTIALS, POST),
    "oidc-provider, password, Basic": Row("oidc_provider", GrantType.PASSWORD, BASIC),
    "oidc-provider, password, Post": Row("oidc_provider", GrantType.PASSWORD, POST),
}
RAW = {
    "canaille": {"plain", "space", "colon", "plus"},
    "oidc_provider": {"plain", "space", "colon"},
}


def grant_at(server: AuthorizationServer, kind: GrantType) -> Grant:
    """Return the grant, for the user who is registered from the start."""
    return password_of(server.user) if kind is GrantType.PASSWORD else ClientCredentials()


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS)
@pytest.mark.parametrize("row", ACCEPTED.values(), ids=ACCEPTED)
async def test_any_secret_properly_sent_gets_a_live_token(
    row: Row, secret: str, request: pytest.FixtureRequest
) -> None:
    """In the form-encoded header and in the body, a secret of any printable characters is understood."""
    server: AuthorizationServer = request.getfixturevalue(row.server)
    client = server.register(secret=secret, authentication=row.authentication, lifetime=45)
    outcome = await token_client(server, client_of(client), grant_at(server, row.grant))
    assert isinstance(outcome, Token)
    assert outcome.lifetime == 45
    assert server.is_live(outcome.access_token)


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("fixture", SERVERS)
async def test_raw_secret_is_understood_only_where_decoding_changes_nothing(
    fixture: str, name: str, request: pytest.FixtureRequest
) -> None:
    """Both servers decode the header; what decoding changes is a wrong secret to them."""
    server: AuthorizationServer = request.getfixturevalue(fixture)
    client = client_of(server.register(secret=SECRETS[name]), BasicEncoding.RAW)
    outcome = await token_client(server, client, ClientCredentials())
    assert isinstance(outcome, Token) is (name in RAW[fixture])
    if isinstance(outcome, Signal):
        assert outcome.oauth_error == "invalid_client"


@pytest.mark.parametrize("row", ACCEPTED.values(), ids=ACCEPTED)
async def test_wrong_secret_is_credentials_rejected(row: Row, request: pytest.FixtureRequest) -> None:
    """A secret that was changed at the server is rejected with an error of its own, for a user to correct."""
    server: AuthorizationServer = request.getfixturevalue(row.server)
    client = server.register(authentication=row.authentication)
    server.change_secret(client)
    outcome = await token_client(server, client_of(client), grant_at(server, row.grant))
    assert isinstance(outcome, Signal)
    assert outcome.oauth_error == "invalid_client"
    failure = classify(row.grant, RequestPhase.TOKEN, outcome)
    assert (failure.reason, failure.remedy) == (FailureReason.CREDENTIALS_REJECTED, Remedy.FIX_CREDENTIALS)


async def test_canaille_refuses_post_for_client_credentials(canaille: AuthorizationServer) -> None:
    """A server may take a client's authentication for one grant and not for another."""
    outcome = await token_client(canaille, client_of(canaille.register(authentication=POST)), ClientCredentials())
    assert isinstance(outcome, Signal)
    assert (outcome.http_status, outcome.oauth_error) == (401, "invalid_client")
