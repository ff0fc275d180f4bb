"""Two processes and one grant: one continues after a stop, or a cache is behind."""

import asyncio

import pytest

from oauth_connector.connector.grant.claims import CLAIM_LIFETIME
from oauth_connector.connector.secret.metadata import SecretMetadata
from oauth_connector.controller.grant_store import FaultPoint
from oauth_connector.oauth.signals import Signal, Symptom
from tests.support.builders import a_spec
from tests.support.consenting import consent
from tests.support.fake_cluster import FakeCluster
from tests.support.world import KEY, World

REFUSED = Signal(Symptom.CONNECTION_FAILED)


class Behind(FakeCluster):
    """The same cluster, with a cache that has missed changes of the state Secret."""

    def __init__(self, real: FakeCluster) -> None:
        super().__init__()
        self.__dict__.update(real.__dict__)
        self._seen = real.output("shop", "crm-oauth-state")

    def output(self, namespace: str, name: str) -> SecretMetadata | None:
        """Return what the cache contains."""
        return self._seen if name == "crm-oauth-state" else super().output(namespace, name)


@pytest.mark.parametrize("point", [FaultPoint.CHOSEN, FaultPoint.CLAIMED, FaultPoint.PERSISTED])
async def test_a_process_that_continues_after_a_stop_sends_nothing_old(strict: World, point: FaultPoint) -> None:
    """The second process has superseded the claim and rotated: the first notices in time, so the grant stays valid."""
    await strict.run()
    strict.now += 3000
    await strict.pause_at(point, CLAIM_LIFETIME + 45)
    await strict.run(3600)
    presented = strict.rotating.presented
    assert len(presented) == len(set(presented))
    assert strict.reason() == "TokenIssued"
    assert strict.token == f"token-{len(presented)}"


async def test_a_refresh_that_another_process_has_made_is_not_made_again(strict: World) -> None:
    """The cache of a process that was stopped still shows the request of a user as not handled."""
    await strict.run()
    strict.now += 600
    strict.request_refresh("1")
    behind = strict.cluster.connectors[KEY]
    other = World(strict.rotating)
    other.now, other.cluster = strict.now, strict.cluster
    other.start()
    await other.run(60)
    presented = list(strict.rotating.presented)
    strict.now = other.now
    strict.cluster.cached[KEY] = behind
    await strict.run(60)
    assert strict.rotating.presented == presented
    assert strict.cluster.connectors[KEY].status.last_handled_refresh == "1"


async def test_a_process_that_continues_with_an_older_response_keeps_the_newer(graceful: World) -> None:
    """Both got a successor: that of the second process stays, and pods read its token."""
    await graceful.run()
    graceful.now += 3000
    await graceful.pause_at(FaultPoint.ANSWERED, CLAIM_LIFETIME + 45)
    assert graceful.state["refresh_token"] == "refresh-3"
    assert graceful.token == "token-3"


async def test_a_process_that_continues_after_a_stop_stores_its_response(strict: World) -> None:
    """The second was rejected because the first had succeeded: the successor is stored."""
    await strict.run()
    strict.now += 2400
    await strict.pause_at(FaultPoint.ANSWERED, 600)
    assert strict.state["refresh_token"] == "refresh-2"
    await strict.run(2 * 3600)
    assert strict.reason("Stalled") == "RefreshTokenRejected"


async def test_a_process_that_continues_without_a_response_changes_nothing(strict: World) -> None:
    """Its failure proves nothing about the requests of the second process."""
    await strict.run()
    strict.now += 3000
    strict.rotating.turn_away = REFUSED
    await strict.pause_at(FaultPoint.ANSWERED, CLAIM_LIFETIME + 45)
    assert strict.state["refresh_token"] == "refresh-2"
    assert strict.reason("RefreshFailed") is None


async def test_a_claim_that_is_not_in_the_cache_is_respected(strict: World) -> None:
    """The live read decides: a second process whose cache is behind sends nothing beside the first."""
    await strict.run()
    strict.now += 3000
    behind = World(strict.rotating)
    behind.now, behind.cluster = strict.now, Behind(strict.cluster)
    behind.start()
    await strict.kill_at(FaultPoint.CLAIMED)
    before = len(strict.rotating.requests)
    await behind.reconcile(KEY)
    assert len(strict.rotating.requests) == before


async def test_a_code_is_not_sent_by_a_process_that_was_stopped_before(consenting: World) -> None:
    """The consent reports that the code is lost: it is not exchanged after that."""
    await consenting.run()
    consenting.pause_once_at(FaultPoint.CLAIMED, 60)
    await consent(consenting)
    assert consenting.rotating.requests == []
    assert consenting.consent_reason("crm-1") == "CodeLost"


@pytest.mark.parametrize("trouble", ["another server", "no credentials"])
async def test_a_claim_in_doubt_that_cannot_be_retried_is_requeued_with_pauses(strict: World, trouble: str) -> None:
    """The reconciliations have pauses and send no request."""
    await strict.run()
    strict.now += 2400
    strict.rotating.lose = Signal(Symptom.CONNECTION_LOST, sent=True)
    await strict.kill_at(FaultPoint.ANSWERED)
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
