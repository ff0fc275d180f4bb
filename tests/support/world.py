"""One operator over fakes, with a manual clock: for tests of one connector."""

import itertools
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from oauth_connector.api.v1alpha1.conditions import find_condition
from oauth_connector.api.v1alpha1.parsing import parse_spec
from oauth_connector.api.v1alpha1.status import OAuthConnectorStatus
from oauth_connector.connector.consent.request import ConsentPolicy
from oauth_connector.connector.local_rules import LocalRules
from oauth_connector.connector.memory import Memory
from oauth_connector.connector.observation import ConnectorObject, Key, with_spec
from oauth_connector.controller.context import ControllerContext
from oauth_connector.controller.grant_store import FaultPoint, OnFaultPoint, ignore_fault_point
from oauth_connector.controller.ports import Leadership, Ports, SoleProcess
from oauth_connector.wiring import ControllerOptions, build_controller
from tests.support.builders import NOW
from tests.support.fake_cluster import FakeCluster
from tests.support.fake_provider import FakeProvider
from tests.support.fixed_keys import FixedKeys
from tests.support.flux_checker import flux_problems
from tests.support.rotating_provider import RotatingProvider

KEY = Key("shop", "crm")
CONSENT_POLICY = ConsentPolicy("https://connect.example.com")


_STARTS = itertools.count(1)


class _KilledError(BaseException):
    """The process is killed here: nothing catches it."""


class Recorder:
    """Records the Events in memory."""

    def __init__(self) -> None:
        self.events: list[tuple[str, str]] = []

    async def record(self, connector: ConnectorObject, kind: str, reason: str, note: str) -> None:
        """Record an Event."""
        del connector, note
        self.events.append((kind, reason))


class World:
    """One operator over fakes, with a manual clock."""

    def __init__(self, provider: RotatingProvider | None = None, elected: Leadership | None = None) -> None:
        self.now = float(NOW)
        self.cluster = FakeCluster(self.clock)
        self.provider = FakeProvider()
        self.rotating = provider or RotatingProvider()
        self._rotates = provider is not None
        self._at: OnFaultPoint = ignore_fault_point
        self.recorder = Recorder()
        self.leadership: Leadership = SoleProcess()
        self._elected = elected
        self.rules = LocalRules("first")
        self.keys = FixedKeys()
        self.memory = Memory()
        self._checked_status: OAuthConnectorStatus | None = None
        self._checked_generation = 0
        self.start()

    def start(self) -> None:
        """Start the operator, or restart it without memory."""
        self.leadership = self._elected or SoleProcess(self.now, f"process-{next(_STARTS)}")
        provider = self.rotating if self._rotates else self.provider
        ports = Ports(self.cluster, provider, self.recorder, self.clock, self.keys, self.leadership)
        options = ControllerOptions(consent_policy=CONSENT_POLICY, on_point=lambda point: self._at(point))  # noqa: PLW0108  # it changes
        self.memory = Memory()
        context = ControllerContext(ports, self.memory, lambda _key: None, lambda: self.rules)
        controller = build_controller(context, options)
        self.reconcile, self.report_error = controller.reconcile, controller.report_error

    def clock(self) -> float:
        """Return the time."""
        return self.now

    async def run(self, seconds: float = 0.0) -> None:
        """Reconcile for so many seconds, as the workqueue would."""
        end = self.now + seconds
        at = await self.reconcile(KEY)
        for _ in range(10_000):
            if at is None or at > end:
                break
            self.now = max(at, self.now)
            at = await self.reconcile(KEY)
        self.now = max(end, self.now)
        self._check_status()

    def _check_status(self) -> None:
        """Check the contract of Flux, unless the same immutable status was checked before."""
        connector = self.cluster.connectors[KEY]
        status, generation = connector.status, connector.generation
        if status is not self._checked_status or generation != self._checked_generation:
            assert flux_problems(status.to_manifest(), generation) == []
        self._checked_status, self._checked_generation = status, generation

    def edit(self, spec: dict[str, Any]) -> None:
        """Change the spec as a user does."""
        connector = self.cluster.connectors[KEY]
        edited = with_spec(connector, parse_spec(spec))
        self.cluster.add(replace(edited, generation=connector.generation + 1))

    def reason(self, kind: str = "Ready") -> str | None:
        """Return the reason of a condition."""
        found = find_condition(self.cluster.connectors[KEY].status.conditions, kind)
        return found.reason if found is not None else None

    def consent_reason(self, name: str) -> str | None:
        """Return the reason of a consent."""
        return self.cluster.consents[Key("shop", name)].reason

    def request_refresh(self, text: str) -> None:
        """Request a refresh as a user does, by annotation."""
        self.cluster.add(replace(self.cluster.connectors[KEY], refresh_request=text))

    def request_revocation(self, text: str) -> None:
        """Request a revocation as a user does, by annotation."""
        self.cluster.add(replace(self.cluster.connectors[KEY], revoke_request=text))

    def on_point(self, point: FaultPoint, happen: Callable[[], object]) -> None:
        """Let something happen at a fault point, once."""

        async def reach(at: FaultPoint) -> None:
            if at is point:
                self._at = ignore_fault_point
                happen()

        self._at = reach

    async def kill_at(self, point: FaultPoint) -> None:
        """Reconcile until a fault point, where the process is killed."""

        async def kill(at: FaultPoint) -> None:
            if at is point:
                raise _KilledError

        self._at = kill
        with suppress(_KilledError):
            await self.run(600)
        self._at = ignore_fault_point

    async def lose_api_server_at(self, point: FaultPoint, tries: int) -> None:
        """Reconcile with an API server that is unavailable from a fault point on, for so many requests."""

        async def go(at: FaultPoint) -> None:
            self.cluster.unavailable_for = tries if at is point else 0

        self._at = go
        await self.run(600)
        self._at = ignore_fault_point

    async def race(self, point: FaultPoint) -> None:
        """Reconcile; at a fault point a second process reconciles too."""
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

    async def pause_at(self, point: FaultPoint, seconds: float) -> None:
        """Reconcile until a fault point, where the process is stopped while a second one runs for so many seconds."""
        self.pause_once_at(point, seconds)
        await self.run(600)
        self._at = ignore_fault_point

    def pause_once_at(self, point: FaultPoint, seconds: float) -> None:
        """Stop the process at a fault point, once."""
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
        """The values of the state Secret."""
        return self.cluster.data("shop", "crm-oauth-state")

    @property
    def calls(self) -> int:
        """Return the number of token requests."""
        return len(self.provider.requests)

    @property
    def token(self) -> str:
        """Return the token that pods read."""
        return self.cluster.data("shop", "crm-token")["access_token"]
