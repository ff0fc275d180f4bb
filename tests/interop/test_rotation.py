"""Refresh tokens that rotate: what each server makes of one that comes again, late, or twice at once."""

import asyncio

import pytest
from pydantic import SecretStr

from devtools.authorization_server import AuthorizationServer
from devtools.registrations import Authentication, Terms
from devtools.token_journal import at_once, outdated, times_presented
from oauth_connector.oauth.grants import Parameters, RefreshToken
from oauth_connector.oauth.token import Token
from tests.interop.consenting import REDIRECT_URI, Asking, asking, error_of
from tests.interop.exchanging import client_of, exchange, password_of
from tests.support.polling import PATIENCE, eventually

SERVERS = ("canaille", "oidc_provider")
GRACE = Terms(grace=300)


@pytest.fixture(params=SERVERS)
def server(request: pytest.FixtureRequest) -> AuthorizationServer:
    """Give each server in turn."""
    found: AuthorizationServer = request.getfixturevalue(request.param)
    return found


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


async def test_each_successor_is_good_in_its_turn(server: AuthorizationServer) -> None:
    """A grant goes on as long as the newest refresh token is the one that is presented."""
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
    """The old one is refused, its successor goes on being good: the error says nothing about the grant."""
    ask = asking(canaille)
    first = await ask.token()
    second = await ask.successor(first)
    assert error_of(await ask.refresh(first)) == "invalid_grant"
    await ask.successor(second)


async def test_reuse_within_grace_gives_another_successor(oidc_provider: AuthorizationServer) -> None:
    """Whoever lost the answer asks again, and both successors are good."""
    ask = asking(oidc_provider, GRACE)
    first = await ask.token()
    lost, again = await ask.successor(first), await ask.successor(first)
    assert lost.refresh_token != again.refresh_token
    await ask.successor(again)
    await ask.successor(lost)


async def test_reuse_after_grace_ends_the_grant(oidc_provider: AuthorizationServer) -> None:
    """Grace is counted from the first use, and is not prolonged by further ones."""
    ask = asking(oidc_provider, Terms(grace=0.3))
    first = await ask.token()
    second = await ask.successor(first)
    assert await until_refused(ask, first) == "invalid_grant"
    assert error_of(await ask.refresh(second)) == "invalid_grant"


async def test_two_at_once_are_seen_and_end_a_strict_grant(oidc_provider: AuthorizationServer) -> None:
    """While one request is in flight its refresh token is spent; a second one is on the record, and fatal."""
    ask = asking(oidc_provider)
    first = await ask.token()
    oidc_provider.delay(ask.client, 1.0)
    early = asyncio.create_task(ask.refresh(first))
    await eventually(lambda: oidc_provider.journal(ask.client)[-1].kind == "refresh")
    assert error_of(await ask.refresh(first)) == "invalid_grant"
    second = await early
    assert isinstance(second, Token)
    assert error_of(await ask.refresh(second)) == "invalid_grant"
    [pair] = at_once(oidc_provider.journal(ask.client))
    assert {entry.result for entry in pair} == {"granted", "invalid_grant"}


async def test_of_two_at_the_same_moment_one_is_refused(oidc_provider: AuthorizationServer) -> None:
    """Neither waits for the other; one successor at most is given out, and the grant is over."""
    ask = asking(oidc_provider)
    first = await ask.token()
    outcomes = await asyncio.gather(ask.refresh(first), ask.refresh(first))
    [second] = [outcome for outcome in outcomes if isinstance(outcome, Token)]
    assert [error_of(outcome) for outcome in outcomes if outcome is not second] == ["invalid_grant"]
    assert error_of(await ask.refresh(second)) == "invalid_grant"


@pytest.mark.parametrize(("terms", "error"), [(Terms(), "invalid_grant"), (GRACE, None)], ids=["strict", "grace"])
async def test_lost_answer_is_made_good_by_grace_only(
    terms: Terms, error: str | None, oidc_provider: AuthorizationServer
) -> None:
    """Who gives up waiting has spent the refresh token all the same; the record shows what was never delivered."""
    ask = asking(oidc_provider, terms)
    first = await ask.token()
    oidc_provider.delay(ask.client, 30.0)
    waiting = asyncio.create_task(ask.refresh(first))
    await eventually(lambda: oidc_provider.journal(ask.client)[-1].kind == "refresh")
    waiting.cancel()
    await eventually(lambda: oidc_provider.journal(ask.client)[-1].ended)
    assert not oidc_provider.journal(ask.client)[-1].delivered
    oidc_provider.delay(ask.client, 0)
    assert error_of(await ask.refresh(first)) == error
    assert at_once(oidc_provider.journal(ask.client)) == []


async def test_refresh_token_may_stay_the_same(oidc_provider: AuthorizationServer) -> None:
    """Without rotation the answer repeats it, and it may be used as often as one likes."""
    ask = asking(oidc_provider, Terms(rotates=False))
    first = await ask.token()
    second, third = await ask.successor(first), await ask.successor(first)
    assert first.refresh_token == second.refresh_token == third.refresh_token


async def test_old_refresh_token_expires(oidc_provider: AuthorizationServer) -> None:
    """A refresh token has a lifetime of its own."""
    ask = asking(oidc_provider, Terms(rotates=False, refresh_lifetime=1))
    assert await until_refused(ask, await ask.token()) == "invalid_grant"


@pytest.mark.parametrize(("told", "expected"), [(True, "4000"), (False, None)])
async def test_lifetime_of_refresh_tokens_is_told_where_the_terms_say(
    told: bool,  # noqa: FBT001  # a parameter of the test
    expected: str | None,
    oidc_provider: AuthorizationServer,
) -> None:
    """`refresh_token_expires_in` is in no standard, and in many answers: at the exchange and at each refresh."""
    ask = asking(oidc_provider, Terms(refresh_lifetime=4000, refresh_lifetime_told=told))
    first = await ask.token()
    for token in (first, await ask.successor(first)):
        value = token.fields.get("refresh_token_expires_in")
        assert (value and value.get_secret_value()) == expected


async def test_password_grant_gives_a_refresh_token_that_rotates(server: AuthorizationServer) -> None:
    """A password may begin a grant too; at oidc-provider only with `offline_access`."""
    ask = Asking(server, server.client)
    parameters = Parameters(scopes=("read", "offline_access"))
    first = await exchange(server, client_of(server.client), password_of(server.person), parameters)
    assert isinstance(first, Token)
    second = await ask.successor(first)
    assert second.scope == first.scope == ("read",)
    assert error_of(await ask.refresh(first)) == "invalid_grant"


async def test_password_grant_without_offline_access_gives_none(oidc_provider: AuthorizationServer) -> None:
    """A refresh token comes to those who ask for it."""
    outcome = await exchange(oidc_provider, client_of(oidc_provider.client), password_of(oidc_provider.person))
    assert isinstance(outcome, Token)
    assert outcome.refresh_token is None


@pytest.mark.parametrize(
    ("fixture", "authentication"),
    [("canaille", "client_secret_basic"), ("oidc_provider", "client_secret_basic"), ("oidc_provider", "none")],
)
async def test_revoked_refresh_token_is_refused_and_its_access_token_dead(
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


async def test_withdrawn_consent_ends_a_persons_grants_and_no_others(server: AuthorizationServer) -> None:
    """A person changes their mind at the server: the tokens are dead, and the refresh token is refused."""
    ask = asking(server)
    leaver, other = server.enroll(), server.enroll()
    ended, kept = await ask.token(leaver), await ask.token(other)
    server.withdraw(leaver, ask.client)
    assert not server.is_live(ended.access_token)
    assert error_of(await ask.refresh(ended)) == "invalid_grant"
    assert server.is_live(kept.access_token)
    await ask.successor(kept)


async def test_withdrawal_may_be_from_one_client_or_all(server: AuthorizationServer) -> None:
    """What was granted to another client stays, unless all is withdrawn."""
    person = server.enroll()
    one, two = asking(server), asking(server)
    first, second = await one.token(person), await two.token(person)
    server.withdraw(person, one.client)
    assert [server.is_live(token.access_token) for token in (first, second)] == [False, True]
    server.withdraw(person)
    assert not server.is_live(second.access_token)


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
    assert outdated(journal) == []
    await ask.successor(first)
    late = oidc_provider.journal(ask.client)
    assert outdated(late) == [late[-1]]
    assert times_presented(late)[late[-1].token] == 2


async def test_journal_holds_no_token(oidc_provider: AuthorizationServer) -> None:
    """Numbers stand for grants, codes and refresh tokens."""
    ask = asking(oidc_provider)
    token = await ask.successor(await ask.token())
    assert token.refresh_token is not None
    assert token.refresh_token.get_secret_value() not in repr(oidc_provider.journal())


async def test_unknown_refresh_token_is_on_record_without_a_number(oidc_provider: AuthorizationServer) -> None:
    """What the server never issued, or issued to a server that was started anew, has no serial."""
    ask = asking(oidc_provider)
    invented = RefreshToken(SecretStr("nobody-ever-issued-this"))
    outcome = await exchange(oidc_provider, client_of(ask.client), invented)
    assert error_of(outcome) == "invalid_grant"
    entry = oidc_provider.journal(ask.client)[-1]
    assert (entry.kind, entry.grant, entry.serial, entry.result) == ("refresh", None, None, "invalid_grant")
