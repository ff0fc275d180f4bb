"""Refreshes whose response is lost, or whose process is killed."""

from dataclasses import replace
from itertools import pairwise

import pytest
from structlog.testing import capture_logs

from oauth_connector.connector.grant.claims import CLAIM_LIFETIME
from oauth_connector.controller import grant_store
from oauth_connector.controller.grant_store import FaultPoint
from oauth_connector.oauth.signals import Signal, Symptom
from oauth_connector.oauth.token import HTTPResponse
from tests.support.fake_provider import answer
from tests.support.world import KEY, World

LOST = Signal(Symptom.CONNECTION_LOST, sent=True)


async def test_a_request_with_a_lost_response_is_repeated_at_once_with_the_same_token(graceful: World) -> None:
    """The token may be used up; within a grace period the same one returns another successor."""
    await graceful.run()
    graceful.now += 3000
    graceful.rotating.lose = LOST
    await graceful.run(1)
    assert graceful.rotating.presented == ["seed-1", "refresh-1", "refresh-1"]
    assert graceful.reason() == "TokenIssued"
    assert graceful.reason("RefreshFailed") is None


REFUSED_CONNECTION = Signal(Symptom.CONNECTION_FAILED)
OUTAGES: dict[str, tuple[HTTPResponse | Signal, int]] = {
    "no connection": (REFUSED_CONNECTION, 900),
    "503": (HTTPResponse(503, {}, b""), 900),
    "429": (HTTPResponse(429, {}, b""), 900),
    "a rejected client": (answer(401, error="invalid_client"), 1200),
}
"""What fails before, and for how many seconds: the pauses between attempts have grown to minutes by then."""


@pytest.mark.parametrize("before", OUTAGES)
async def test_a_lost_response_after_failures_is_doubted_at_once(graceful: World, before: str) -> None:
    """Pauses that grew with earlier failures do not count: many servers accept the old token for ten seconds only."""
    await graceful.run()
    fault, seconds = OUTAGES[before]
    graceful.rotating.fault = fault
    graceful.now += 2500
    await graceful.run(seconds)
    graceful.rotating.fault, graceful.rotating.lose = None, LOST
    sent = len(graceful.rotating.requests)
    graceful.request_refresh("now")
    await _run_until_sent(graceful, sent + 1)
    lost_at = graceful.now
    await _run_until_sent(graceful, sent + 2)
    assert graceful.now <= lost_at + 1
    assert graceful.reason() == "TokenIssued"
    assert graceful.state["refresh_token"] == "refresh-3"


async def _run_until_sent(world: World, requests: int) -> None:
    """Reconcile until so many token requests were sent."""
    for _ in range(4000):
        if len(world.rotating.requests) >= requests:
            return
        await world.run(1)
    raise AssertionError(world.rotating.presented)


async def _fail_for_a_while(world: World) -> None:
    """Let refreshes fail until the pauses between them are long."""
    await world.run()
    world.rotating.fault = REFUSED_CONNECTION
    world.now += 2500
    await world.run(900)


async def test_attempts_after_a_lost_response_are_counted_from_it(graceful: World) -> None:
    """The server restarts after it has rotated: the pauses begin with ten seconds, whatever had failed before."""
    await _fail_for_a_while(graceful)
    graceful.rotating.fault = LOST
    sent = len(graceful.rotating.requests)
    graceful.request_refresh("now")
    await _run_until_sent(graceful, sent + 1)
    graceful.rotating.fault = REFUSED_CONNECTION
    times = []
    for number in range(2, 6):
        await _run_until_sent(graceful, sent + number)
        times.append(graceful.now)
    pauses = [later - earlier for earlier, later in pairwise(times)]
    assert pauses[0] <= 12
    assert pauses == sorted(pauses)
    assert pauses[2] >= 20


async def test_a_claim_of_a_killed_process_does_not_wait_for_earlier_failures(graceful: World) -> None:
    """The pause in status belongs to a failure before the claim."""
    await _fail_for_a_while(graceful)
    graceful.rotating.fault = None
    sent = len(graceful.rotating.requests)
    graceful.request_refresh("now")
    await graceful.kill_at(FaultPoint.ANSWERED)
    assert len(graceful.rotating.requests) == sent + 1
    graceful.cluster.add(replace(graceful.cluster.connectors[KEY], refresh_request=None))
    graceful.start()
    await graceful.run(CLAIM_LIFETIME + 1)
    assert len(graceful.rotating.requests) == sent + 2
    assert graceful.reason("RefreshFailed") is None


async def test_a_lost_response_at_a_strict_server_needs_a_user_once(strict: World) -> None:
    """At a strict server the grant has ended; the access token stays until it expires."""
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
    """A refused connection sends nothing, and 503 is no rejection: the same token is accepted afterwards."""
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


async def test_a_process_that_is_killed_after_the_claim_leaves_it_in_doubt(graceful: World) -> None:
    """The next process respects the claim until its end, and then sends the same token again."""
    await graceful.run()
    graceful.now += 3000
    await graceful.kill_at(FaultPoint.ANSWERED)
    assert graceful.rotating.presented == ["seed-1", "refresh-1"]
    graceful.start()
    await graceful.run(CLAIM_LIFETIME - 1)
    assert graceful.rotating.presented == ["seed-1", "refresh-1"]
    await graceful.run(3)
    assert graceful.rotating.presented == ["seed-1", "refresh-1", "refresh-1"]
    assert graceful.state["refresh_token"] == "refresh-3"


@pytest.mark.parametrize("point", [FaultPoint.CHOSEN, FaultPoint.CLAIMED, FaultPoint.PERSISTED])
async def test_a_process_that_is_killed_at_other_points_loses_nothing(strict: World, point: FaultPoint) -> None:
    """Before the request, and after its outcome is stored, even a strict server sees no second use."""
    await strict.run()
    strict.now += 3000
    await strict.kill_at(point)
    strict.start()
    await strict.run(CLAIM_LIFETIME + 30)
    presented = strict.rotating.presented
    assert len(presented) == len(set(presented))
    assert strict.token == f"token-{len(presented)}"
    assert strict.reason() == "TokenIssued"


async def test_a_stored_token_is_published_by_the_next_process_without_a_request(strict: World) -> None:
    """A crash between persist and publish is repaired from the state Secret."""
    await strict.run()
    strict.now += 3000
    await strict.kill_at(FaultPoint.PERSISTED)
    assert strict.token == "token-1"
    strict.start()
    await strict.run()
    assert strict.token == "token-2"
    assert len(strict.rotating.requests) == 2


async def test_a_response_waits_until_it_can_be_persisted(strict: World) -> None:
    """While the API server is unavailable the response stays in memory, and is persisted afterwards."""
    await strict.run()
    strict.now += 3000
    await strict.lose_api_server_at(FaultPoint.ANSWERED, tries=3)
    assert strict.state["refresh_token"] == "refresh-2"
    assert strict.token == "token-2"


async def test_a_response_that_waits_for_long_is_logged_about_once_in_a_minute(
    strict: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each try is not a line: at the end of an uninstall the permissions may be missing for a minute."""
    monkeypatch.setattr(grant_store, "PERSIST_PAUSES", (0.0,))
    await strict.run()
    strict.now += 3000
    with capture_logs() as lines:
        await strict.lose_api_server_at(FaultPoint.ANSWERED, tries=20)
    assert strict.state["refresh_token"] == "refresh-2"
    assert [line["event"] for line in lines].count("a response waits to be persisted") == 2
