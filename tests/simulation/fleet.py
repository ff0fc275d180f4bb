"""A fleet of connectors through years of virtual time: the real controllers and workqueue over fakes that fail.

Everything is drawn from one seed, and asyncio runs its tasks in a fixed order: a seed that shows a fault shows it
again.
"""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from random import Random
from urllib.parse import urlsplit

from oauth_connector.connector.memory import Memory
from oauth_connector.connector.observation import AnyConnector, Key
from oauth_connector.controller.context import ControllerContext
from oauth_connector.controller.ports import Ports, ProviderClient, SoleProcess
from oauth_connector.controller.workqueue import Workqueue, WorkqueueHooks
from oauth_connector.oauth.metadata import ServerMetadata
from oauth_connector.oauth.protected_resource import ProtectedResource
from oauth_connector.oauth.request_context import RequestContext
from oauth_connector.oauth.signals import Signal
from oauth_connector.oauth.token import HTTPResponse
from oauth_connector.oauth.token_request import TokenRequest
from oauth_connector.wiring import build_controller
from tests.simulation.audit import Audit
from tests.simulation.cluster import SimulatedCluster
from tests.simulation.weather import DAY, HOUR, TROUBLES, Spells, draw
from tests.support.builders import NOW, a_connector, a_spec
from tests.support.fake_provider import answer
from tests.support.fixed_keys import FixedKeys

CRASH_PAUSE = 10.0
"""Seconds, on average, until a killed process is restarted."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is simulated: how many connectors of which token lifetime (seconds), for how long, with which faults."""

    seed: int
    days: float
    fleet: Mapping[int, int]
    hosts: int = 20
    outage_every: float = 5 * DAY
    outage_lasts: float = HOUR
    restart_every: float = 3 * DAY
    api_away_every: float = 2 * DAY
    api_away_lasts: float = 180.0


@dataclass
class Weather:
    """All faults."""

    hosts: Mapping[str, Spells]
    api: Spells
    restarts: Spells

    @staticmethod
    def of(plan: Plan) -> "Weather":
        """Draw the faults from the plan's seed."""
        random, until = Random(plan.seed), plan.days * DAY
        names = [f"login-{number}.example" for number in range(plan.hosts)]
        hosts = {
            name: draw(random, until, plan.outage_every, plan.outage_lasts, lambda: random.choice(TROUBLES))
            for name in names
        }
        away = draw(random, until, plan.api_away_every, plan.api_away_lasts)
        restarts = draw(random, until, plan.restart_every, CRASH_PAUSE)
        return Weather(hosts, away, restarts)

    def excuses(self, host: str, start: float, end: float) -> bool:
        """Return whether a fault affected a host's connectors between two times."""
        return any(spells.touches(start, end) for spells in (self.hosts[host], self.api, self.restarts))


class Providers:
    """The authorization servers: each responds after a while, or with the fault of the moment."""

    def __init__(self, plan: Plan, weather: Weather, audit: Audit) -> None:
        self._random = Random(plan.seed + 1)
        self._weather = weather
        self._audit = audit
        self._issued = Counter[str]()
        self.lifetimes: dict[str, int] = {}

    async def find(self, issuer: str, context: RequestContext) -> ServerMetadata | Signal:
        """Raise: the connectors name their endpoints."""
        raise NotImplementedError

    async def find_resource(self, resource: str, context: RequestContext) -> ProtectedResource | Signal:
        """Raise: the connectors name no resource."""
        raise NotImplementedError

    async def send(self, request: TokenRequest, context: RequestContext) -> HTTPResponse | Signal:
        """Respond to a token request."""
        del context
        url = urlsplit(request.url)
        name, loop = url.path.strip("/"), asyncio.get_running_loop()
        spell = self._weather.hosts[url.hostname or ""].at(loop.time())
        self._audit.called(name, loop.time(), failing=spell is not None)
        if spell is not None and spell.trouble is not None:
            await asyncio.sleep(spell.trouble.seconds)
            return spell.trouble.answer
        await asyncio.sleep(min(3.0, self._random.lognormvariate(-2.0, 0.8)))
        self._issued[name] += 1
        token = f"{name}-{self._issued[name]}"
        return answer(access_token=token, token_type="Bearer", expires_in=self.lifetimes[name])


class Silent:
    """A recorder that drops Events."""

    async def record(self, connector: AnyConnector, kind: str, reason: str, note: str) -> None:
        """Drop the Event."""


@dataclass
class Fleet:
    """The whole simulation."""

    plan: Plan
    audit: Audit = field(init=False)

    def __post_init__(self) -> None:
        self._weather = Weather.of(self.plan)
        self.audit = Audit(self._weather.excuses)
        self._own = Providers(self.plan, self._weather, self.audit)
        self._providers: ProviderClient = self._own
        self._cluster = SimulatedCluster(self._weather.api, self.audit.wrote)

    async def live(self) -> Audit:
        """Apply all connectors at once and let the virtual time run; return the audit."""
        loop = asyncio.get_running_loop()
        self._populate()
        for crash in self._weather.restarts:
            await self._era(crash.start)
            await asyncio.sleep(max(0.0, crash.end - loop.time()))
        await self._era(self.plan.days * DAY)
        self.audit.close(loop.time())
        return self.audit

    async def _era(self, until: float) -> None:
        """Run one process until it is killed."""
        loop = asyncio.get_running_loop()
        self._cluster.clock = lambda: NOW + loop.time()
        ports = Ports(
            self._cluster,
            self._providers,
            Silent(),
            self._cluster.clock,
            FixedKeys(),
            SoleProcess(self._cluster.clock()),
        )
        hooks = WorkqueueHooks(on_result=self.audit.note_result)
        workqueue = Workqueue(self._cluster.clock, hooks, longest_sleep=HOUR)  # both clocks are one here
        controller = build_controller(ControllerContext(ports, Memory(), workqueue.enqueue))
        for key in self._cluster.connectors:
            workqueue.enqueue(key)
        serving = asyncio.create_task(workqueue.serve(controller.reconcile))
        await asyncio.sleep(max(0.0, until - loop.time()))
        if serving.done():
            serving.result()
        killed = asyncio.all_tasks() - {asyncio.current_task()}
        for task in killed:
            task.cancel()
        await asyncio.gather(*killed, return_exceptions=True)

    def _populate(self) -> None:
        hosts, number = list(self._weather.hosts), 0
        for lifetime, count in self.plan.fleet.items():
            for _ in range(count):
                name, host = f"c{number}", hosts[number % len(hosts)]
                uid = hashlib.sha256(f"{self.plan.seed}/{number}".encode()).hexdigest()[:32]
                spec = a_spec(provider={"tokenURL": f"https://{host}/{name}"})
                self._cluster.add(replace(a_connector(spec), key=Key(f"ns-{number % 50}", name), uid=uid))
                self._cluster.add_credential(f"ns-{number % 50}", "robot", client_secret=b"s")
                self._own.lifetimes[name] = lifetime
                self.audit.hosts[name] = host
                number += 1
