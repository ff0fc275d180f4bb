"""Grants that are revoked before they expire: by the client, or by the user."""

import pytest

from devtools.authorization_servers.authorization_server import AuthorizationServer
from devtools.authorization_servers.registrations import Authentication
from tests.interop.consenting import REDIRECT_URI, Asking, asking, error_of


@pytest.mark.parametrize(
    ("fixture", "authentication"),
    [("canaille", "client_secret_basic"), ("oidc_provider", "client_secret_basic"), ("oidc_provider", "none")],
)
async def test_a_revoked_refresh_token_is_refused_and_its_access_token_is_invalid(
    fixture: str, authentication: Authentication, request: pytest.FixtureRequest
) -> None:
    """A client gives back what it was granted (RFC 7009 §2.1); Canaille hears no public client there."""
    server: AuthorizationServer = request.getfixturevalue(fixture)
    ask = Asking(server, server.register(authentication=authentication, redirect_uris=[REDIRECT_URI]))
    token = await ask.token()
    assert token.refresh_token is not None
    server.revoke(token.refresh_token, ask.client)
    assert error_of(await ask.refresh(token)) == "invalid_grant"
    assert not server.is_live(token.access_token)


async def test_withdrawn_consent_ends_the_grants_of_one_user(server: AuthorizationServer) -> None:
    """When a user withdraws consent at the server, the tokens are invalid and the refresh token is refused."""
    ask = asking(server)
    leaver, other = server.enroll(), server.enroll()
    ended, kept = await ask.token(leaver), await ask.token(other)
    server.withdraw(leaver, ask.client)
    assert not server.is_live(ended.access_token)
    assert error_of(await ask.refresh(ended)) == "invalid_grant"
    assert server.is_live(kept.access_token)
    await ask.successor(kept)


async def test_withdrawal_may_be_from_one_client_or_all(server: AuthorizationServer) -> None:
    """The grant of another client stays, unless all grants are withdrawn."""
    user = server.enroll()
    one, two = asking(server), asking(server)
    first, second = await one.token(user), await two.token(user)
    server.withdraw(user, one.client)
    assert [server.is_live(token.access_token) for token in (first, second)] == [False, True]
    server.withdraw(user)
    assert not server.is_live(second.access_token)
