"""Connectors that another install is responsible for, or becomes responsible for."""

import pytest

from oauth_connector.connector.schedule.refresh_time import MINIMUM_GAP
from oauth_connector.controller.grant_store import FaultPoint
from tests.support.consenting import a_consent
from tests.support.world import KEY, World


async def test_a_consent_for_a_connector_of_another_install_is_left_alone(consenting: World) -> None:
    """That its connector is not in the cache does not mean that it does not exist."""
    consenting.cluster.elsewhere.add(KEY)
    consenting.cluster.add_consent(a_consent(int(consenting.now)))
    await consenting.reconcile(KEY)
    assert consenting.cluster.calls.writes == []


async def test_a_consent_is_taken_up_when_its_connector_arrives(consenting: World) -> None:
    """The label of the connector was changed."""
    consenting.cluster.elsewhere.add(KEY)
    consenting.cluster.add_consent(a_consent(int(consenting.now)))
    await consenting.reconcile(KEY)
    consenting.cluster.elsewhere.clear()
    await consenting.run()
    assert consenting.consent_reason("crm-1") == "AwaitingUser"


@pytest.mark.parametrize("point", [FaultPoint.CLAIMED, FaultPoint.ANSWERED, FaultPoint.PERSISTED])
async def test_a_request_in_flight_is_finished_after_a_move(strict: World, point: FaultPoint) -> None:
    """Its response is persisted, published and reported; the other install sends nothing."""
    await strict.run()
    strict.now += 3000
    strict.on_point(point, lambda: strict.cluster.elsewhere.add(KEY))
    await strict.reconcile(KEY)
    strict.cluster.elsewhere.clear()
    strict.start()
    strict.memory.note_arrival(KEY, strict.now)
    await strict.run(60)
    assert strict.rotating.presented == ["seed-1", "refresh-1"]
    assert (strict.token, strict.state["refresh_token"]) == ("token-2", "refresh-2")
    assert strict.reason() == "TokenIssued"


async def test_a_request_is_not_sent_for_a_connector_that_has_moved(strict: World) -> None:
    """The live read before the request shows it, although the cache does not yet."""
    await strict.run()
    strict.now += 3000
    strict.cluster.relabelled.add(KEY)
    await strict.reconcile(KEY)
    assert strict.cluster.calls.reads[-1] == f"connector {KEY}"
    assert strict.rotating.presented == ["seed-1"]


async def test_an_install_waits_for_what_the_one_before_may_have_in_flight(strict: World) -> None:
    """The status of a requested refresh may not be written yet, and the token is valid."""
    await strict.run()
    strict.now += 60
    strict.memory.note_arrival(KEY, strict.now)
    strict.request_refresh("again")
    await strict.run(MINIMUM_GAP - 1)
    assert strict.rotating.presented == ["seed-1"]
    await strict.run(2)
    assert strict.rotating.presented == ["seed-1", "refresh-1"]
