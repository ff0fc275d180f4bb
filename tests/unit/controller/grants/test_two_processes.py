"""Two processes over one grant: one that was stopped wakes up, or a cache is behind."""

import asyncio

import pytest

from oauth_connector.connector.secret.metadata import SecretMetadata
from oauth_connector.controller.grant_store import FaultPoint
from oauth_connector.oauth.signals import Signal, Symptom
from tests.support.builders import a_spec
from tests.support.consenting import consent
from tests.support.fake_cluster import FakeCluster
from tests.support.world import KEY, World

REFUSED = Signal(Symptom.CONNECTION_FAILED)


class Behind(FakeCluster):
    """The same cluster, seen through a cache that has missed what happened to the state Secret since."""

    def __init__(self, real: FakeCluster) -> None:
        super().__init__()
        self.__dict__.update(real.__dict__)
        self._seen = real.output("shop", "crm-oauth-state")

    def output(self, namespace: str, name: str) -> SecretMetadata | None:
        """Give what the cache has."""
        return self._seen if name == "crm-oauth-state" else super().output(namespace, name)


@pytest.mark.parametrize("point", [FaultPoint.CHOSEN, FaultPoint.CLAIMED, FaultPoint.PERSISTED])
async def test_a_stopped_process_that_wakes_up_sends_nothing_old(strict: World, point: FaultPoint) -> None:
    """The second process has taken over and rotated: the first sees that in time, and even strictly all lives."""
    await strict.run()
    strict.now += 3000
    await strict.be_stopped_at(point, 60)
    await strict.run(3600)
    presented = strict.rotating.presented
    assert len(presented) == len(set(presented))
    assert strict.reason() == "TokenIssued"
    assert strict.token == f"token-{len(presented)}"


async def test_a_stopped_process_that_wakes_up_with_an_older_answer_leaves_the_newer(graceful: World) -> None:
    """Both were given a successor: what the second stored stays, and pods see its token."""
    await graceful.run()
    graceful.now += 3000
    await graceful.be_stopped_at(FaultPoint.ANSWERED, 60)
    assert graceful.state["refresh_token"] == "refresh-3"
    assert graceful.token == "token-3"


async def test_a_stopped_process_that_wakes_up_keeps_what_it_was_given(strict: World) -> None:
    """The second was refused because the first had succeeded: the successor is stored, whatever it is worth."""
    await strict.run()
    strict.now += 2400
    await strict.be_stopped_at(FaultPoint.ANSWERED, 600)
    assert strict.state["refresh_token"] == "refresh-2"
    await strict.run(2 * 3600)
    assert strict.reason("Stalled") == "RefreshTokenRejected"


async def test_a_stopped_process_that_wakes_up_without_an_answer_leaves_all_as_it_is(strict: World) -> None:
    """What it failed with says nothing about what the second has done since."""
    await strict.run()
    strict.now += 3000
    strict.rotating.turn_away = REFUSED
    await strict.be_stopped_at(FaultPoint.ANSWERED, 60)
    assert strict.state["refresh_token"] == "refresh-2"
    assert strict.reason("RefreshFailed") is None


async def test_a_claim_that_the_cache_does_not_know_yet_is_left_alone(strict: World) -> None:
    """What decides is the live read: a second process whose cache is behind sends nothing beside the first."""
    await strict.run()
    strict.now += 3000
    behind = World(strict.rotating)
    behind.now, behind.cluster = strict.now, Behind(strict.cluster)
    behind.start()
    await strict.die_at(FaultPoint.CLAIMED)
    before = len(strict.rotating.requests)
    await behind.reconcile(KEY)
    assert len(strict.rotating.requests) == before


async def test_a_code_is_not_sent_by_a_process_that_was_stopped_before(consenting: World) -> None:
    """Its requester was told that the code is lost: it is not exchanged behind their back."""
    await consenting.run()
    consenting.stop_at(FaultPoint.CLAIMED, 60)
    await consent(consenting)
    assert consenting.rotating.requests == []
    assert consenting.consent_reason("crm-1") == "CodeLost"


@pytest.mark.parametrize("trouble", ["another server", "no credentials"])
async def test_a_claim_in_doubt_that_cannot_be_tried_again_is_looked_at_now_and_then(
    strict: World, trouble: str
) -> None:
    """Nothing hinders the passes from coming to rest: they neither spin nor ask anybody."""
    await strict.run()
    strict.now += 2400
    strict.rotating.lose = Signal(Symptom.CONNECTION_LOST, sent=True)
    await strict.die_at(FaultPoint.ANSWERED)
    strict.start()
    strict.now += 60
    if trouble == "another server":
        strict.edit(
            a_spec(
                grantType="RefreshToken",
                provider={"tokenURL": "https://evil.example/token"},
                refreshToken={"secretRef": {"name": "seed"}},
            )
        )
    else:
        strict.cluster.credentials.clear()
    reads, requests = len(strict.cluster.calls.reads), len(strict.rotating.requests)
    async with asyncio.timeout(20):
        await strict.run(3600)
    assert len(strict.cluster.calls.reads) - reads < 1000
    assert len(strict.rotating.requests) == requests
