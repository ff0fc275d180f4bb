"""One operator over fakes, and a clock that is moved by hand: for stories of one connector."""

from contextlib import suppress
from dataclasses import replace
from typing import Any

from oauth_connector.api.v1alpha1.conditions import find_condition
from oauth_connector.api.v1alpha1.parsing import parse_spec
from oauth_connector.connector.consent.request import ConsentPolicy
from oauth_connector.connector.memory import Memory
from oauth_connector.connector.observation import ConnectorObject, Key, with_spec
from oauth_connector.controller.context import ControllerContext
from oauth_connector.controller.grant_store import FaultPoint, OnFaultPoint, ignore_fault_point
from oauth_connector.controller.ports import Ports
from oauth_connector.wiring import ControllerOptions, build_controller
from tests.support.builders import NOW
from tests.support.fake_cluster import FakeCluster
from tests.support.fake_provider import FakeProvider
from tests.support.fixed_keys import FixedKeys
from tests.support.kstatus import flux_problems
from tests.support.rotating_provider import RotatingProvider

KEY = Key("shop", "crm")
CONSENT_POLICY = ConsentPolicy("https://connect.example.com")


class _DeadError(BaseException):
    """The process was killed here: nothing catches it."""


class Recorder:
    """Keeps the Events."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []

    async def record(self, connector: ConnectorObject, kind: str, reason: str, note: str) -> None:
        """Keep an Event."""
        del connector, note
        self.told.append((kind, reason))


class World:
    """One operator over fakes, and a clock."""

    def __init__(self, provider: RotatingProvider | None = None) -> None:
        self.now = float(NOW)
        self.cluster = FakeCluster()
        self.provider = FakeProvider()
        self.rotating = provider or RotatingProvider()
        self._rotates = provider is not None
        self._at: OnFaultPoint = ignore_fault_point
        self.recorder = Recorder()
        self.start()

    def start(self) -> None:
        """Start the operator, or start it again with nothing in memory."""
        provider = self.rotating if self._rotates else self.provider
        ports = Ports(self.cluster, provider, self.recorder, self.clock, FixedKeys())
        options = ControllerOptions(consent_policy=CONSENT_POLICY, on_point=lambda point: self._at(point))  # noqa: PLW0108  # it changes
        context = ControllerContext(ports, Memory(), lambda _key: None)
        self.reconcile = build_controller(context, options).reconcile

    def clock(self) -> float:
        """Give the time."""
        return self.now

    async def run(self, seconds: float = 0.0) -> None:
        """Make passes as the scheduler would, for so long."""
        end = self.now + seconds
        at = await self.reconcile(KEY)
        for _ in range(10_000):
            if at is None or at > end:
                break
            self.now = max(at, self.now)
            at = await self.reconcile(KEY)
        self.now = max(end, self.now)
        status = self.cluster.connectors[KEY].status.to_manifest()
        assert flux_problems(status, self.cluster.connectors[KEY].generation) == []

    def edit(self, spec: dict[str, Any]) -> None:
        """Change the spec as a person would."""
        connector = self.cluster.connectors[KEY]
        edited = with_spec(connector, parse_spec(spec))
        self.cluster.add(replace(edited, generation=connector.generation + 1))

    def reason(self, kind: str = "Ready") -> str | None:
        """Give the reason of a condition."""
        found = find_condition(self.cluster.connectors[KEY].status.conditions, kind)
        return found.reason if found is not None else None

    def consent_reason(self, name: str) -> str | None:
        """Give how far a consent is."""
        return self.cluster.consents[Key("shop", name)].reason

    def request_refresh(self, text: str) -> None:
        """Ask for a token as a person does, by annotation."""
        self.cluster.add(replace(self.cluster.connectors[KEY], refresh_request=text))

    def request_revocation(self, text: str) -> None:
        """Ask for the grant to be given back, by annotation."""
        self.cluster.add(replace(self.cluster.connectors[KEY], revoke_request=text))

    async def die_at(self, point: FaultPoint) -> None:
        """Make passes until one comes to a point, and be killed there."""

        async def die(at: FaultPoint) -> None:
            if at is point:
                raise _DeadError

        self._at = die
        with suppress(_DeadError):
            await self.run(600)
        self._at = ignore_fault_point

    async def be_away_from(self, point: FaultPoint, tries: int) -> None:
        """Make a pass in which the API server goes at a point, and comes back after so many tries to reach it."""

        async def go(at: FaultPoint) -> None:
            self.cluster.away_for = tries if at is point else 0

        self._at = go
        await self.run(600)
        self._at = ignore_fault_point

    async def race(self, point: FaultPoint) -> None:
        """Make a pass in which a second process makes one of its own when the first comes to a point."""
        other = World(self.rotating)
        other.now, other.cluster = self.now, self.cluster
        other.start()

        async def enter(at: FaultPoint) -> None:
            if at is point:
                self._at = ignore_fault_point
                await other.run(30)

        self._at = enter
        await self.run(30)
        self._at = ignore_fault_point

    async def be_stopped_at(self, point: FaultPoint, seconds: float) -> None:
        """Make passes until one comes to a point, and be stopped there for so long while a second process works."""
        self.stop_at(point, seconds)
        await self.run(600)
        self._at = ignore_fault_point

    def stop_at(self, point: FaultPoint, seconds: float) -> None:
        """Be stopped when a pass comes to a point, once."""
        other = World(self.rotating)

        async def stop(at: FaultPoint) -> None:
            if at is point:
                self._at = ignore_fault_point
                other.now, other.cluster = self.now, self.cluster
                other.start()
                await other.run(seconds)
                self.now = other.now

        self._at = stop

    @property
    def state(self) -> dict[str, str]:
        """What the state Secret holds."""
        return self.cluster.data("shop", "crm-oauth-state")

    @property
    def calls(self) -> int:
        """Count the token calls."""
        return len(self.provider.requests)

    @property
    def token(self) -> str:
        """Give the token that pods read."""
        return self.cluster.data("shop", "crm-token")["access_token"]
