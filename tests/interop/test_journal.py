"""What oidc-provider records of codes and refresh tokens, and responses that it delays."""

import asyncio

import pytest
from pydantic import SecretStr

from devtools.authorization_servers.authorization_server import AuthorizationServer
from devtools.authorization_servers.registrations import TokenPolicy
from devtools.authorization_servers.token_journal import at_once, stale_presentations, times_presented
from oauth_connector.oauth.grants.refresh_token import RefreshToken
from oauth_connector.oauth.token import Token
from tests.interop.consenting import asking, error_of
from tests.interop.exchanging import client_of, token_client
from tests.support.polling import eventually

GRACE = TokenPolicy(grace=300)


async def test_two_at_once_are_seen_and_end_a_strict_grant(oidc_provider: AuthorizationServer) -> None:
    """While one request is in flight its refresh token is spent; a second one is on the record, and fatal."""
    ask = asking(oidc_provider)
    first = await ask.token()
    oidc_provider.delay(ask.client, 300)
    early = asyncio.create_task(ask.refresh(first))
    await eventually(lambda: len(oidc_provider.journal(ask.client)) == 2)
    late = asyncio.create_task(ask.refresh(first))
    await eventually(lambda: len(oidc_provider.journal(ask.client)) == 3)
    oidc_provider.delay(ask.client, 0)
    second = await early
    assert isinstance(second, Token)
    assert error_of(await late) == error_of(await ask.refresh(second)) == "invalid_grant"
    [pair] = at_once(oidc_provider.journal(ask.client))
    assert [entry.result for entry in pair] == ["granted", "invalid_grant"]


@pytest.mark.parametrize(
    ("token_policy", "error"), [(TokenPolicy(), "invalid_grant"), (GRACE, None)], ids=["strict", "grace"]
)
async def test_only_a_grace_period_repairs_a_lost_response(
    token_policy: TokenPolicy, error: str | None, oidc_provider: AuthorizationServer
) -> None:
    """A cancelled request uses up the refresh token too; the record shows the response that was not delivered."""
    ask = asking(oidc_provider, token_policy)
    first = await ask.token()
    oidc_provider.delay(ask.client, 300)
    waiting = asyncio.create_task(ask.refresh(first))
    await eventually(lambda: oidc_provider.journal(ask.client)[-1].kind == "refresh")
    waiting.cancel()
    await eventually(lambda: oidc_provider.journal(ask.client)[-1].ended)
    assert not oidc_provider.journal(ask.client)[-1].delivered
    oidc_provider.delay(ask.client, 0)
    assert error_of(await ask.refresh(first)) == error
    assert at_once(oidc_provider.journal(ask.client)) == []


async def test_journal_counts_what_was_presented(oidc_provider: AuthorizationServer) -> None:
    """A test can show that no refresh token was sent twice, or that the newest was always the one that was sent."""
    ask = asking(oidc_provider, GRACE)
    first = await ask.token()
    second = await ask.successor(first)
    await ask.successor(second)
    journal = oidc_provider.journal(ask.client)
    assert [(entry.kind, entry.serial, entry.successor) for entry in journal] == [
        ("code", 1, 1),
        ("refresh", 1, 2),
        ("refresh", 2, 3),
    ]
    assert set(times_presented(journal).values()) == {1}
    assert stale_presentations(journal) == []
    await ask.successor(first)
    late = oidc_provider.journal(ask.client)
    assert stale_presentations(late) == [late[-1]]
    assert times_presented(late)[late[-1].token] == 2


async def test_journal_holds_no_token(oidc_provider: AuthorizationServer) -> None:
    """Numbers stand for grants, codes and refresh tokens."""
    ask = asking(oidc_provider)
    token = await ask.successor(await ask.token())
    assert token.refresh_token is not None
    assert token.refresh_token.get_secret_value() not in repr(oidc_provider.journal())


async def test_an_unknown_refresh_token_is_recorded_without_a_serial(oidc_provider: AuthorizationServer) -> None:
    """A token that the server did not issue, or issued before a restart, has no serial."""
    ask = asking(oidc_provider)
    invented = RefreshToken(SecretStr("nobody-ever-issued-this"))
    outcome = await token_client(oidc_provider, client_of(ask.client), invented)
    assert error_of(outcome) == "invalid_grant"
    entry = oidc_provider.journal(ask.client)[-1]
    assert (entry.kind, entry.grant, entry.serial, entry.result) == ("refresh", None, None, "invalid_grant")
