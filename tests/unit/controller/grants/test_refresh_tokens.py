"""Whole passes with refresh tokens: none is lost, sent twice at once, or sent once its successor is stored."""

import pytest

from oauth_connector.controller.grant_store import FaultPoint
from oauth_connector.oauth.signals import Signal, Symptom
from oauth_connector.oauth.token import HTTPResponse
from tests.support.builders import a_connector, a_password_spec, a_spec
from tests.support.fake_provider import answer
from tests.support.rotating_provider import RotatingProvider
from tests.support.world import KEY, World

SEED = {"refreshToken": {"secretRef": {"name": "seed"}}}
LOST = Signal(Symptom.CONNECTION_LOST, sent=True)


def a_seeded_world(provider: RotatingProvider) -> World:
    """Give a connector with a refresh token that a person brought."""
    world = World(provider)
    world.cluster.add(a_connector(a_spec(grantType="RefreshToken", **SEED)))
    world.cluster.add_credential("shop", "robot", client_secret=b"s3cret")
    world.cluster.add_credential("shop", "seed", refresh_token=b"seed-1")
    provider.know(refresh_token="seed-1")
    return world


async def test_a_seed_is_exchanged_and_what_is_rotated_is_kept(strict: World) -> None:
    """The seed is sent once; from then on each refresh sends the token that came with the last."""
    await strict.run(4 * 3600)
    presented = strict.rotating.presented
    assert presented[:3] == ["seed-1", "refresh-1", "refresh-2"]
    assert len(presented) == len(set(presented))
    assert strict.state["refresh_token"] == f"refresh-{len(presented)}"
    assert strict.reason() == "TokenIssued"


async def test_a_first_token_takes_four_writes(strict: World) -> None:
    """The claim, what came of it, the output, status: in this order, so that nothing is published unpersisted."""
    await strict.run()
    assert strict.cluster.calls.writes == [
        "create crm-oauth-state",
        "update crm-oauth-state",
        "create crm-token",
        "status shop/crm",
    ]


async def test_a_refresh_token_never_stands_in_the_output(strict: World) -> None:
    """Pods see the access token and nothing that could renew it."""
    await strict.run(3600)
    shown = " ".join(strict.cluster.data("shop", "crm-token").values())
    known = {*strict.rotating.presented, strict.state["refresh_token"]}
    assert len(known) > 1
    assert not any(token in shown for token in known)


async def test_an_answer_without_a_refresh_token_keeps_the_old_one() -> None:
    """Many providers do not rotate: the one that is there goes on being sent (RFC 6749 §6)."""
    world = a_seeded_world(RotatingProvider(rotates=False))
    await world.run(4 * 3600)
    assert set(world.rotating.presented) == {"seed-1"}
    assert len(world.rotating.presented) > 3


async def test_a_lost_answer_is_asked_for_again_at_once_with_the_same_token(graceful: World) -> None:
    """Nobody knows whether the token was used up; within a grace the same one gives another successor."""
    await graceful.run()
    graceful.now += 3000
    graceful.rotating.lose = LOST
    await graceful.run(1)
    assert graceful.rotating.presented == ["seed-1", "refresh-1", "refresh-1"]
    assert graceful.reason() == "TokenIssued"
    assert graceful.reason("RefreshFailed") is None


async def test_a_lost_answer_at_a_strict_server_needs_a_person_once(strict: World) -> None:
    """Where the server does not forgive, the grant is over; the token that is there stays until it expires."""
    await strict.run()
    strict.now += 2400
    strict.rotating.lose = LOST
    await strict.run(600)
    assert strict.rotating.presented == ["seed-1", "refresh-1", "refresh-1"]
    assert (strict.reason(), strict.reason("ConsentRequired")) == ("TokenIssued", "RefreshTokenRejected")
    await strict.run(3 * 3600)
    assert strict.reason() == "RefreshTokenRejected"
    assert strict.reason("Stalled") == "RefreshTokenRejected"
    assert len(strict.rotating.presented) == 3


async def test_a_provider_that_is_down_for_an_hour_costs_no_grant(strict: World) -> None:
    """Refused connections never leave, and 503 is no verdict: afterwards the same token is taken."""
    await strict.run()
    strict.now += 2000
    for fault in (Signal(Symptom.CONNECTION_FAILED), HTTPResponse(503, {}, b""), answer(500, error="server_error")):
        strict.rotating.fault = fault
        await strict.run(1200)
    strict.rotating.fault = None
    await strict.run(600)
    assert strict.reason() == "TokenIssued"
    assert strict.reason("RefreshFailed") is None
    assert set(strict.rotating.presented) == {"seed-1", "refresh-1"}


async def test_a_process_that_dies_after_the_claim_leaves_it_in_doubt(graceful: World) -> None:
    """The next process lets the claim rest for fifteen seconds, and then sends the same token again."""
    await graceful.run()
    graceful.now += 3000
    await graceful.die_at(FaultPoint.ANSWERED)
    assert graceful.rotating.presented == ["seed-1", "refresh-1"]
    graceful.start()
    await graceful.run(14)
    assert graceful.rotating.presented == ["seed-1", "refresh-1"]
    await graceful.run(3)
    assert graceful.rotating.presented == ["seed-1", "refresh-1", "refresh-1"]
    assert graceful.state["refresh_token"] == "refresh-3"


@pytest.mark.parametrize("point", [FaultPoint.CHOSEN, FaultPoint.CLAIMED, FaultPoint.PERSISTED])
async def test_a_process_that_dies_where_nothing_is_lost_loses_nothing(strict: World, point: FaultPoint) -> None:
    """Before the request, and after what came of it is stored, even a strict server notices nothing."""
    await strict.run()
    strict.now += 3000
    await strict.die_at(point)
    strict.start()
    await strict.run(60)
    presented = strict.rotating.presented
    assert len(presented) == len(set(presented))
    assert strict.token == f"token-{len(presented)}"
    assert strict.reason() == "TokenIssued"


async def test_what_was_stored_is_published_by_the_next_process_without_a_call(strict: World) -> None:
    """A crash between storing and publishing is healed from the state Secret."""
    await strict.run()
    strict.now += 3000
    await strict.die_at(FaultPoint.PERSISTED)
    assert strict.token == "token-1"
    strict.start()
    await strict.run()
    assert strict.token == "token-2"
    assert len(strict.rotating.requests) == 2


async def test_an_answer_waits_until_it_can_be_stored(strict: World) -> None:
    """While the API server is away after the answer, it is held and stored when the server is back."""
    await strict.run()
    strict.now += 3000
    await strict.be_away_from(FaultPoint.ANSWERED, tries=3)
    assert strict.state["refresh_token"] == "refresh-2"
    assert strict.token == "token-2"


async def test_another_process_that_is_at_it_is_left_alone(strict: World) -> None:
    """Two processes see the same second: one claim is written, and the other process sends nothing."""
    await strict.run()
    strict.now += 3000
    await strict.race(FaultPoint.CHOSEN)
    await strict.run(60)
    presented = strict.rotating.presented
    assert presented == ["seed-1", "refresh-1"]
    assert strict.reason() == "TokenIssued"


async def test_a_different_seed_begins_anew_and_the_same_one_never_rolls_back(strict: World) -> None:
    """GitOps may apply the old seed again for ever; only another one is news."""
    await strict.run()
    strict.cluster.add_credential("shop", "seed", refresh_token=b"seed-1")
    await strict.run(3600)
    assert strict.rotating.presented.count("seed-1") == 1
    strict.rotating.know(refresh_token="seed-2")
    strict.cluster.add_credential("shop", "seed", refresh_token=b"seed-2")
    await strict.run(3600)
    assert "seed-2" in strict.rotating.presented


async def test_a_refused_seed_is_sent_once_and_another_is_taken_within_a_minute(strict: World) -> None:
    """A wrong refresh token is not tried again; the Secret is looked at, and a corrected one works."""
    strict.rotating.revoke()
    await strict.run(3600)
    assert strict.rotating.presented == ["seed-1"]
    assert (strict.reason(), strict.reason("Stalled")) == ("RefreshTokenRejected", "RefreshTokenRejected")
    strict.rotating.know(refresh_token="seed-2")
    strict.cluster.add_credential("shop", "seed", refresh_token=b"seed-2")
    await strict.run(65)
    assert strict.reason() == "TokenIssued"


async def test_a_refused_refresh_token_is_tried_once_more_on_request(strict: World) -> None:
    """Somebody who knows better may ask: the provider may have been wrong."""
    await strict.run()
    strict.now += 2400
    strict.rotating.fault = answer(400, error="invalid_grant")
    await strict.run(600)
    assert strict.reason("ConsentRequired") == "RefreshTokenRejected"
    strict.rotating.fault = None
    strict.request_refresh("now")
    await strict.run(60)
    assert strict.reason() == "TokenIssued"
    assert strict.reason("ConsentRequired") is None


async def test_a_refresh_token_is_not_sent_to_another_server(strict: World) -> None:
    """Whoever edits the token URL gets nothing of what another server gave (RFC 9700 §4.4)."""
    await strict.run()
    spec = a_spec(grantType="RefreshToken", provider={"tokenURL": "https://evil.example/token"}, **SEED)
    strict.edit(spec)
    await strict.run(3 * 3600)
    assert not any("evil.example" in url for url in strict.rotating.urls)
    assert strict.reason("ConsentRequired") == "GrantBindingMismatch"


async def test_five_rejections_over_an_hour_call_a_person_while_tries_go_on(strict: World) -> None:
    """Some servers never say `invalid_grant`; a grant that is turned away for an hour is shown as one to be renewed."""
    await strict.run()
    strict.now += 2400
    strict.rotating.fault = HTTPResponse(403, {}, b"")
    await strict.run(3 * 3600)
    assert strict.reason() == "RefreshTokenRejected"
    assert strict.reason("ConsentRequired") == "RefreshTokenRejected"
    before = len(strict.rotating.requests)
    await strict.run(2 * 3600)
    assert len(strict.rotating.requests) > before
    strict.rotating.fault = None
    await strict.run(2 * 3600)
    assert strict.reason() == "TokenIssued"


async def test_a_refresh_token_that_came_with_a_useless_answer_is_kept(graceful: World) -> None:
    """A token type that cannot be published is no reason to lose the successor."""
    await graceful.run()
    graceful.now += 3000
    graceful.rotating.know(refresh_token="salvaged")
    graceful.rotating.lose = answer(access_token="x", token_type="mac", refresh_token="salvaged")
    await graceful.run(1)
    assert graceful.state["refresh_token"] == "salvaged"


async def test_the_expiry_of_a_refresh_token_is_told_and_warned_of(strict: World) -> None:
    """Status says when a person will be needed, and a condition says so ahead of time."""
    strict.rotating.extra = {"refresh_token_expires_in": 86400}
    await strict.run()
    status = strict.cluster.connectors[KEY].status
    assert status.refresh_token_expiration_time is not None
    assert strict.reason("ConsentRequired") is None
    strict.rotating.fault = Signal(Symptom.CONNECTION_FAILED)
    await strict.run(0.85 * 86400)
    assert strict.reason("ConsentRequired") == "RefreshTokenExpiring"


async def test_a_deleted_output_is_healed_without_a_call(strict: World) -> None:
    """The state Secret holds the token: the provider need not be asked for another."""
    await strict.run()
    strict.now += 20
    del strict.cluster.secrets["shop", "crm-token"]
    await strict.run()
    assert strict.token == "token-1"
    assert len(strict.rotating.requests) == 1


async def test_a_foreign_state_secret_is_left_alone(strict: World) -> None:
    """A Secret of that name that we did not write stops all calls and says so."""
    strict.cluster.add_foreign("shop", "crm-oauth-state")
    await strict.run(300)
    assert strict.rotating.requests == []
    assert strict.reason() == "StateConflict"


async def test_changed_scopes_need_a_person_and_the_old_grant_goes_on(strict: World) -> None:
    """A scope cannot be widened by a refresh: the token stays valid, and a condition asks for consent."""
    await strict.run()
    strict.edit(a_spec(grantType="RefreshToken", scopes=["more"], **SEED))
    await strict.run(2 * 3600)
    assert (strict.reason(), strict.reason("ConsentRequired")) == ("TokenIssued", "ScopesChanged")
    assert len(strict.rotating.requests) > 1


# --- a password grant that returns refresh tokens ------------------------------------------------------------------
@pytest.fixture
def with_password() -> World:
    """Give a password connector at a server that gives refresh tokens too."""
    world = World(RotatingProvider())
    world.cluster.add(a_connector(a_password_spec()))
    world.cluster.add_credential("shop", "robot", client_secret=b"s3cret")
    world.cluster.add_credential("shop", "ann", password=b"hunter2")
    return world


async def test_a_password_is_sent_once_and_refreshed_from_then_on(with_password: World) -> None:
    """The password is used for the first token; its refresh tokens do the rest (RFC 6749 §4.3.1)."""
    await with_password.run(3 * 3600)
    grants = [form["grant_type"][0] for form in with_password.rotating.requests]
    assert grants[0] == "password"
    assert set(grants[1:]) == {"refresh_token"}


async def test_a_refused_refresh_token_of_a_password_grant_mints_by_password_once(with_password: World) -> None:
    """The password is there, so nobody is needed."""
    await with_password.run()
    with_password.rotating.revoke()
    await with_password.run(3600)
    grants = [form["grant_type"][0] for form in with_password.rotating.requests]
    assert grants[:3] == ["password", "refresh_token", "password"]
    assert with_password.reason() == "TokenIssued"


async def test_changed_scopes_of_a_password_grant_mint_anew(with_password: World) -> None:
    """No person is needed for other scopes."""
    await with_password.run()
    with_password.now += 20
    with_password.edit(a_password_spec(scopes=["more"]))
    await with_password.run(1)
    assert [form["grant_type"][0] for form in with_password.rotating.requests] == ["password", "password"]


async def test_a_seed_that_was_rotated_by_a_useless_answer_goes_on_with_its_successor(strict: World) -> None:
    """The access token cannot be shown, but the seed is spent: what came with it is bound to the same server."""
    strict.rotating.extra = {"access_token": "two words"}
    await strict.run()
    strict.rotating.extra = {}
    await strict.run(600)
    assert strict.rotating.presented == ["seed-1", "refresh-1"]
    assert strict.reason() == "TokenIssued"
