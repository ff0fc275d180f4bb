"""Rotating refresh tokens: how each server handles one that is sent again, late, or twice at once."""

import asyncio

import pytest

from devtools.authorization_servers.authorization_server import AuthorizationServer
from devtools.authorization_servers.registrations import TokenPolicy
from oauth_connector.oauth.token import Token
from oauth_connector.oauth.token_request import TokenRequestParameters
from tests.interop.consenting import Asking, asking, error_of
from tests.interop.exchanging import client_of, password_of, token_client
from tests.support.polling import PATIENCE

GRACE = TokenPolicy(grace=300)


async def until_refused(ask: Asking, token: Token) -> str | None:
    """Present a refresh token again and again until it is refused; gives the error code."""
    async with asyncio.timeout(PATIENCE):
        while isinstance(outcome := await ask.refresh(token), Token):
            await asyncio.sleep(0.02)
    return error_of(outcome)


async def test_refresh_keeps_scopes_and_gives_a_successor(server: AuthorizationServer) -> None:
    """With `scope` left out, what was granted stays (RFC 6749 §6); both tokens are new."""
    ask = asking(server)
    first = await ask.token()
    second = await ask.successor(first)
    assert second.scope == first.scope == ("read", "write")
    assert second.access_token != first.access_token
    assert second.refresh_token not in (None, first.refresh_token)
    assert server.is_live(second.access_token)


async def test_each_successor_is_accepted(server: AuthorizationServer) -> None:
    """A grant stays valid as long as the newest refresh token is presented."""
    ask = asking(server)
    token = await ask.token()
    for _ in range(5):
        token = await ask.successor(token)
    assert server.is_live(token.access_token)


async def test_strict_reuse_ends_the_grant(oidc_provider: AuthorizationServer) -> None:
    """A used refresh token is taken for stolen: refused, and with it all that stems from the grant (RFC 9700 §4.14)."""
    ask = asking(oidc_provider)
    first = await ask.token()
    second = await ask.successor(first)
    assert error_of(await ask.refresh(first)) == "invalid_grant"
    assert error_of(await ask.refresh(second)) == "invalid_grant"
    assert not oidc_provider.is_live(second.access_token)


async def test_reuse_at_canaille_ends_nothing_else(canaille: AuthorizationServer) -> None:
    """The old token is refused and its successor stays valid: the error does not mean that the grant is revoked."""
    ask = asking(canaille)
    first = await ask.token()
    second = await ask.successor(first)
    assert error_of(await ask.refresh(first)) == "invalid_grant"
    await ask.successor(second)


async def test_reuse_within_grace_gives_another_successor(oidc_provider: AuthorizationServer) -> None:
    """A client that lost the response repeats the request, and both successors are valid."""
    ask = asking(oidc_provider, GRACE)
    first = await ask.token()
    lost, again = await ask.successor(first), await ask.successor(first)
    assert lost.refresh_token != again.refresh_token
    await ask.successor(again)
    await ask.successor(lost)


async def test_reuse_after_grace_ends_the_grant(oidc_provider: AuthorizationServer) -> None:
    """Grace is counted from the first use, and is not prolonged by further ones."""
    ask = asking(oidc_provider, TokenPolicy(grace=0.3))
    first = await ask.token()
    second = await ask.successor(first)
    assert await until_refused(ask, first) == "invalid_grant"
    assert error_of(await ask.refresh(second)) == "invalid_grant"


async def test_of_two_at_the_same_moment_one_is_refused(oidc_provider: AuthorizationServer) -> None:
    """Neither waits for the other; at most one successor is issued, and the grant is revoked."""
    ask = asking(oidc_provider)
    first = await ask.token()
    outcomes = await asyncio.gather(ask.refresh(first), ask.refresh(first))
    [second] = [outcome for outcome in outcomes if isinstance(outcome, Token)]
    assert [error_of(outcome) for outcome in outcomes if outcome is not second] == ["invalid_grant"]
    assert error_of(await ask.refresh(second)) == "invalid_grant"


async def test_refresh_token_may_stay_the_same(oidc_provider: AuthorizationServer) -> None:
    """Without rotation the response repeats it, and it may be used any number of times."""
    ask = asking(oidc_provider, TokenPolicy(rotates=False))
    first = await ask.token()
    second, third = await ask.successor(first), await ask.successor(first)
    assert first.refresh_token == second.refresh_token == third.refresh_token


async def test_old_refresh_token_expires(oidc_provider: AuthorizationServer) -> None:
    """A refresh token has a lifetime of its own."""
    ask = asking(oidc_provider, TokenPolicy(rotates=False, refresh_lifetime=1))
    assert await until_refused(ask, await ask.token()) == "invalid_grant"


@pytest.mark.parametrize(("sends", "expected"), [(True, "4000"), (False, None)])
async def test_the_lifetime_of_refresh_tokens_is_sent_if_the_policy_says_so(
    sends: bool,  # noqa: FBT001  # a parameter of the test
    expected: str | None,
    oidc_provider: AuthorizationServer,
) -> None:
    """`refresh_token_expires_in` is in no standard and in many responses: at the exchange and at each refresh."""
    ask = asking(oidc_provider, TokenPolicy(refresh_lifetime=4000, sends_refresh_lifetime=sends))
    first = await ask.token()
    for token in (first, await ask.successor(first)):
        value = token.fields.get("refresh_token_expires_in")
        assert (value and value.get_secret_value()) == expected


async def test_password_grant_gives_a_refresh_token_that_rotates(server: AuthorizationServer) -> None:
    """A password grant can issue a refresh token too; at oidc-provider only with `offline_access`."""
    ask = Asking(server, server.client)
    parameters = TokenRequestParameters(scopes=("read", "offline_access"))
    first = await token_client(server, client_of(server.client), password_of(server.user), parameters)
    assert isinstance(first, Token)
    second = await ask.successor(first)
    assert second.scope == first.scope == ("read",)
    assert error_of(await ask.refresh(first)) == "invalid_grant"


async def test_password_grant_without_offline_access_gives_none(oidc_provider: AuthorizationServer) -> None:
    """A refresh token is issued only on request."""
    outcome = await token_client(oidc_provider, client_of(oidc_provider.client), password_of(oidc_provider.user))
    assert isinstance(outcome, Token)
    assert outcome.refresh_token is None
