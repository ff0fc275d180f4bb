"""What a process starts, sends and writes while it leads, and after another process does."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest

from oauth_connector.connector.grant.claims import CLAIM_LIFETIME
from oauth_connector.controller.grant_store import FaultPoint
from oauth_connector.controller.ports import SoleProcess, Superseded
from oauth_connector.oauth.request_context import RequestContext
from oauth_connector.oauth.signals import Signal, Symptom
from oauth_connector.oauth.token import HTTPResponse
from oauth_connector.oauth.token_request import TokenRequest
from tests.support.builders import NOW, a_connector, a_spec
from tests.support.fake_provider import FakeProvider, answer
from tests.support.rotating_provider import RotatingProvider
from tests.support.world import KEY, World

NOT_SENT = Signal(Symptom.TIMEOUT, sent=False)
LOST = Signal(Symptom.CONNECTION_LOST, sent=True)


@dataclass
class ElectedLeadership:
    """Implements `ports.Leadership`, as the test decides."""

    identity: str
    leads: bool = True
    since: float = float(NOW)
    ended: set[str] = field(default_factory=set)

    def is_leading(self) -> bool:
        """Return whether the process leads."""
        return self.leads

    async def may_take_up(self, holder: str) -> bool:
        """Return whether a process has ended."""
        return holder == self.identity or holder in self.ended


class InterruptedProvider(FakeProvider):
    """Something happens while a request is in flight."""

    def __init__(self, happen: Callable[[], Awaitable[None]]) -> None:
        super().__init__()
        self._happen = happen

    async def send(self, request: TokenRequest, context: RequestContext) -> HTTPResponse | Signal:
        """Respond after it has happened."""
        response = await super().send(request, context)
        await self._happen()
        return response


def a_world(provider: RotatingProvider, leadership: ElectedLeadership) -> World:
    """Return a process and a connector with an initial refresh token."""
    world = World(provider, leadership)
    spec = a_spec(grantType="RefreshToken", refreshToken={"secretRef": {"name": "seed"}})
    world.cluster.add(a_connector(spec))
    world.cluster.add_credential("shop", "robot", client_secret=b"s3cret")
    world.cluster.add_credential("shop", "seed", refresh_token=b"seed-1")
    provider.know(refresh_token="seed-1")
    return world


def a_second_process(first: World, leadership: ElectedLeadership) -> World:
    """Return another process on the same cluster, at the same time."""
    second = World(first.rotating, leadership)
    second.now, second.cluster = first.now, first.cluster
    second.start()
    return second


async def kill_with_a_lost_response(world: World) -> None:
    """Refresh, lose the response, and kill the process; the claim stays."""
    await world.run()
    world.now += 3000
    world.rotating.lose = LOST
    await world.kill_at(FaultPoint.ANSWERED)


async def test_the_claim_of_a_process_that_has_ended_is_taken_up_at_once() -> None:
    """Some servers accept the old refresh token for ten seconds only."""
    first = a_world(RotatingProvider(grace=True), ElectedLeadership("pod-a_1"))
    await kill_with_a_lost_response(first)
    second = a_second_process(first, ElectedLeadership("pod-b_1", ended={"pod-a_1"}))
    await second.reconcile(KEY)
    assert second.rotating.presented == ["seed-1", "refresh-1", "refresh-1"]
    assert second.reason() == "TokenIssued"


async def test_the_claim_of_a_process_that_may_run_rests_until_its_end() -> None:
    """Its request may be in flight: two at once would end the grant at a strict server."""
    first = a_world(RotatingProvider(grace=True), ElectedLeadership("pod-a_1"))
    await kill_with_a_lost_response(first)
    second = a_second_process(first, ElectedLeadership("pod-b_1"))
    claimed = second.now
    due = await second.reconcile(KEY)
    assert second.rotating.presented == ["seed-1", "refresh-1"]
    assert due == claimed + CLAIM_LIFETIME
    await second.run(CLAIM_LIFETIME + 1)
    assert second.rotating.presented == ["seed-1", "refresh-1", "refresh-1"]


async def test_a_process_that_does_not_lead_writes_no_claim() -> None:
    """It lost the Lease between its decision and the claim."""
    leadership = ElectedLeadership("pod-a_1")
    world = a_world(RotatingProvider(), leadership)
    leadership.leads = False
    with pytest.raises(Superseded):
        await world.reconcile(KEY)
    assert world.cluster.calls.writes == []
    assert world.rotating.requests == []


async def test_a_request_that_was_not_sent_leaves_no_claim_and_no_status() -> None:
    """The Lease was lost right before the first byte: the refresh token is unused, and the next leader sends it."""
    leadership = ElectedLeadership("pod-a_1")
    world = a_world(RotatingProvider(), leadership)
    await world.run()
    status = world.cluster.connectors[KEY].status
    world.now += 3000
    world.rotating.turn_away = NOT_SENT
    world.on_point(FaultPoint.CLAIMED, lambda: setattr(leadership, "leads", False))
    with pytest.raises(Superseded):
        await world.reconcile(KEY)
    assert world.cluster.connectors[KEY].status == status
    grant = world.cluster.secrets["shop", "crm-oauth-state"].metadata.grant
    assert grant is not None
    assert grant.claimed_at is None
    second = a_second_process(world, ElectedLeadership("pod-b_1"))
    await second.run()
    assert second.token == "token-2"


async def test_a_response_in_flight_does_not_replace_a_newer_token() -> None:
    """Another process leads by then and has published: a token of the first is older, also by a clock that is ahead."""
    leadership = ElectedLeadership("pod-a_1")
    world = World(elected=leadership)
    world.cluster.add(a_connector(a_spec()))
    world.cluster.add_credential("shop", "robot", client_secret=b"s3cret")
    await world.run()
    other = World(elected=ElectedLeadership("pod-b_1"))
    other.cluster, other.now = world.cluster, world.now + 2390
    other.provider.answer = answer(access_token="theirs", token_type="Bearer", expires_in=3600)
    other.start()

    async def lead_elsewhere() -> None:
        leadership.leads = False
        other.request_refresh("now")
        await other.run()

    world.now += 2400
    world.provider = InterruptedProvider(lead_elsewhere)
    world.provider.answer = answer(access_token="ours", token_type="Bearer", expires_in=3600)
    world.start()
    world.request_refresh("now")
    with pytest.raises(Superseded):
        await world.reconcile(KEY)
    assert len(world.provider.requests) == 1
    assert world.token == "theirs"


async def test_a_token_that_was_obtained_is_published_and_reported_after_the_lead_was_lost() -> None:
    """What is in flight is finished."""
    leadership = ElectedLeadership("pod-a_1")
    world = a_world(RotatingProvider(), leadership)
    world.on_point(FaultPoint.ANSWERED, lambda: setattr(leadership, "leads", False))
    await world.reconcile(KEY)
    assert world.token == "token-1"
    assert world.reason() == "TokenIssued"


async def test_a_failure_of_an_earlier_leader_does_not_replace_a_status() -> None:
    """The connector has changed since: another process has reconciled it."""
    leadership = ElectedLeadership("pod-a_1")
    world = a_world(RotatingProvider(), leadership)
    world.rotating.fault = LOST

    def lead_elsewhere() -> None:
        leadership.leads = False
        world.cluster.add(world.cluster.connectors[KEY])

    world.on_point(FaultPoint.ANSWERED, lead_elsewhere)
    with pytest.raises(Superseded):
        await world.reconcile(KEY)
    assert world.reason() is None


@pytest.mark.parametrize(
    ("holder", "expected"),
    [("", set()), ("ops/operator_1", {"ops/operator_2"}), ("ops/operator_2", {"ops/operator_2"}), ("ops/x_1", set())],
)
async def test_a_sole_process_takes_up_the_claims_of_its_pod(holder: str, expected: set[str]) -> None:
    """An earlier container of the Pod has ended; nothing is known of any other process."""
    processes = ("ops/operator_2", "_laptop-2")
    assert {name for name in processes if await SoleProcess(0.0, name).may_take_up(holder)} == expected
    assert not await SoleProcess(0.0, "_laptop-2").may_take_up("_laptop-1")
