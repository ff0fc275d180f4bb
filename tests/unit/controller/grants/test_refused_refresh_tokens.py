"""A refresh token that a server refuses in any words: the user is called, or the credentials are sent instead."""

import pytest

from oauth_connector.oauth.token import HTTPResponse
from tests.support.builders import a_connector, a_password_spec
from tests.support.consenting import consent
from tests.support.fake_provider import answer
from tests.support.refusals import DOUBTFUL_REFRESH_TOKENS, INVALID_REFRESH_TOKENS, UNREADABLE_REFUSALS
from tests.support.rotating_provider import RotatingProvider
from tests.support.world import World

DAY = 86_400


def build_password_world() -> World:
    """Return a connector of grant type Password."""
    world = World(RotatingProvider())
    world.cluster.add(a_connector(a_password_spec()))
    world.cluster.add_credential("shop", "robot", client_secret=b"s3cret")
    world.cluster.add_credential("shop", "ann", password=b"hunter2")
    return world


async def fail_refreshes(world: World, fault: HTTPResponse, seconds: float) -> int:
    """Let every request fail from the next refresh on, and return how many were sent."""
    world.now += 2400
    world.rotating.fault = fault
    before = len(world.rotating.requests)
    await world.run(seconds)
    return len(world.rotating.requests) - before


@pytest.mark.parametrize("words", DOUBTFUL_REFRESH_TOKENS)
async def test_a_refresh_token_that_is_refused_for_an_hour_calls_the_user(strict: World, words: str) -> None:
    """After five refusals in an hour a user must supply another refresh token, and it is used within a minute."""
    await strict.run()
    sent = await fail_refreshes(strict, DOUBTFUL_REFRESH_TOKENS[words], 3 * 3600)
    assert sent >= 5
    assert strict.reason("ConsentRequired") == strict.reason("Stalled") == "RefreshTokenRejected"
    strict.rotating.fault = None
    strict.rotating.know(refresh_token="seed-2")
    strict.cluster.add_credential("shop", "seed", refresh_token=b"seed-2")
    await strict.run(65)
    assert strict.reason() == "TokenIssued"


@pytest.mark.parametrize("words", DOUBTFUL_REFRESH_TOKENS)
async def test_a_consented_grant_that_is_refused_for_an_hour_needs_a_consent(consenting: World, words: str) -> None:
    """The grant type changes who is called, not when."""
    await consent(consenting)
    await fail_refreshes(consenting, DOUBTFUL_REFRESH_TOKENS[words], 3 * 3600)
    assert consenting.reason("ConsentRequired") == "RefreshTokenRejected"


@pytest.mark.parametrize("words", ["Atlassian", "a framework, 401"])
async def test_an_invalid_refresh_token_is_sent_less_and_less(strict: World, words: str) -> None:
    """The pauses grow to half a day: about thirty requests in a week."""
    await strict.run()
    assert await fail_refreshes(strict, DOUBTFUL_REFRESH_TOKENS[words], 7 * DAY) < 40


async def test_an_outage_before_a_refusal_does_not_lengthen_the_pause(strict: World) -> None:
    """The pauses grow with the time for which the token is refused, and not with the failures before it."""
    await strict.run()
    await fail_refreshes(strict, HTTPResponse(502, {}, b""), 3 * 3600)
    strict.rotating.fault, strict.rotating.turn_away = None, answer(400, error="invalid_request")
    await strict.run(360)
    assert strict.reason() == "TokenIssued"


@pytest.mark.parametrize("words", INVALID_REFRESH_TOKENS)
async def test_a_refresh_token_that_is_invalid_for_certain_is_sent_once(strict: World, words: str) -> None:
    """The user is called at once."""
    await strict.run()
    assert await fail_refreshes(strict, INVALID_REFRESH_TOKENS[words], DAY) == 1
    assert strict.reason("ConsentRequired") == "RefreshTokenRejected"


@pytest.mark.parametrize("words", [*DOUBTFUL_REFRESH_TOKENS, *INVALID_REFRESH_TOKENS])
async def test_an_initial_refresh_token_that_is_refused_is_sent_once(strict: World, words: str) -> None:
    """A user typed it: no words, no time and no restart send it again, and another one is taken within a minute."""
    strict.rotating.fault = (DOUBTFUL_REFRESH_TOKENS | INVALID_REFRESH_TOKENS)[words]
    await strict.run(DAY / 4)
    strict.start()
    await strict.run(DAY / 4)
    strict.cluster.add_credential("shop", "seed", refresh_token=b"seed-1")
    await strict.run(120)
    assert len(strict.rotating.requests) == 1
    assert strict.reason("Stalled") in ("RefreshTokenRejected", "CredentialsRejected")
    strict.rotating.fault = None
    strict.rotating.know(refresh_token="seed-2")
    strict.cluster.add_credential("shop", "seed", refresh_token=b"seed-2")
    await strict.run(65)
    assert strict.reason() == "TokenIssued"


async def test_a_corrected_client_secret_sends_the_initial_refresh_token_again(strict: World) -> None:
    """The server rejected the client and not the token: with another secret it is another request."""
    strict.rotating.fault = answer(401, error="invalid_client")
    await strict.run(3600)
    assert (strict.reason(), len(strict.rotating.requests)) == ("CredentialsRejected", 1)
    strict.rotating.fault = None
    strict.cluster.add_credential("shop", "robot", client_secret=b"right")
    await strict.run(65)
    assert (strict.reason(), strict.rotating.presented) == ("TokenIssued", ["seed-1", "seed-1"])


async def test_a_rejected_new_initial_refresh_token_leaves_the_grant(strict: World) -> None:
    """The grant that it should replace is refreshed as before."""
    await strict.run()
    strict.now += 20
    strict.cluster.add_credential("shop", "seed", refresh_token=b"typo")
    await strict.run(4 * 3600)
    assert strict.rotating.presented.count("typo") <= 1
    assert strict.reason() == "TokenIssued"


@pytest.mark.parametrize("words", [*DOUBTFUL_REFRESH_TOKENS, *INVALID_REFRESH_TOKENS])
async def test_a_password_is_sent_once_where_the_refresh_token_is_refused(words: str) -> None:
    """No user is needed, and the password was not refused."""
    world = build_password_world()
    await world.run()
    world.now += 2400
    world.rotating.turn_away = (DOUBTFUL_REFRESH_TOKENS | INVALID_REFRESH_TOKENS)[words]
    await world.run(60)
    grants = [form["grant_type"][0] for form in world.rotating.requests]
    assert grants == ["password", "refresh_token", "password"]
    assert (world.reason(), world.reason("RefreshFailed")) == ("TokenIssued", None)


@pytest.mark.parametrize("status", [500, 502, 503])
async def test_invalid_grant_of_a_failing_server_ends_nothing(strict: World, status: int) -> None:
    """A 5xx is not definitive: the refresh token is sent again at once, and is valid."""
    await strict.run()
    strict.now += 2400
    strict.rotating.turn_away = answer(status, error="invalid_grant")
    await strict.run(30)
    assert (strict.reason("ConsentRequired"), strict.reason("RefreshFailed")) == (None, None)
    assert strict.rotating.presented == ["seed-1", "refresh-1", "refresh-1"]


async def test_invalid_grant_of_a_server_that_fails_for_an_hour_calls_the_user(strict: World) -> None:
    """It is no proof, and it is a refusal: five of them in an hour call the user."""
    await strict.run()
    await fail_refreshes(strict, answer(500, error="invalid_grant"), 2 * 3600)
    assert strict.reason("ConsentRequired") == "RefreshTokenRejected"


@pytest.mark.parametrize("words", UNREADABLE_REFUSALS)
async def test_a_success_without_a_token_for_an_hour_calls_the_user(consenting: World, words: str) -> None:
    """It may be a refusal: five of them in an hour call the user, and then it is sent less and less."""
    await consent(consenting)
    sent = await fail_refreshes(consenting, UNREADABLE_REFUSALS[words], DAY)
    assert 5 <= sent < 40
    assert consenting.reason("ConsentRequired") == "RefreshTokenRejected"


@pytest.mark.parametrize("words", UNREADABLE_REFUSALS)
async def test_a_success_without_a_token_for_an_hour_sends_the_password(words: str) -> None:
    """After five of them in an hour the credentials are presented instead of the refresh token, once."""
    world = build_password_world()
    await world.run()
    sent = await fail_refreshes(world, UNREADABLE_REFUSALS[words], 3 * 3600)
    grants = [form["grant_type"][0] for form in world.rotating.requests]
    assert grants == ["password", *["refresh_token"] * (sent - 1), "password"]
