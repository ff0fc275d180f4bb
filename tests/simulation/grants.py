"""A fleet of connectors with refresh tokens, at servers that rotate them, and what must be true of each grant."""

import asyncio
import hashlib
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random
from urllib.parse import parse_qs, urlsplit

from pydantic import SecretStr

from oauth_connector.connector.grant.state import GrantState, fingerprint, read_state, state_name
from oauth_connector.connector.observation import Key
from oauth_connector.connector.secret.metadata import SecretMetadata
from oauth_connector.oauth.metadata import ServerMetadata
from oauth_connector.oauth.protected_resource import ProtectedResource
from oauth_connector.oauth.request_context import RequestContext
from oauth_connector.oauth.signals import Signal
from oauth_connector.oauth.token import HTTPResponse
from oauth_connector.oauth.token_request import TokenRequest
from tests.simulation.audit import Audit
from tests.simulation.cluster import SimulatedCluster
from tests.simulation.fleet import Fleet, Weather
from tests.simulation.weather import Trouble
from tests.support.builders import NOW, a_connector, a_spec
from tests.support.rotating_provider import RotatingProvider

NAMESPACE = "shop"
OK = 200


@dataclass(frozen=True, slots=True)
class Issue:
    """A refresh token that a server issued for another; `lost` where the response did not arrive."""

    at: float
    successor: str
    lost: bool


@dataclass
class GrantAudit(Audit):
    """Records what is presented, issued and stored; times are seconds since the start."""

    state_of: Callable[[str], GrantState] = field(default=lambda _name: GrantState())
    restarts: list[float] = field(default_factory=list)
    lost_answers: int = 0
    losses: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    _in_flight: set[str] = field(default_factory=set)
    _issues: dict[str, Issue] = field(default_factory=dict)
    _stored: set[str] = field(default_factory=set)

    def wrote(self, secret: SecretMetadata, at: float) -> None:
        """Record that a refresh token is stored; outputs are checked elsewhere."""
        del at
        state = self.state_of(secret.connector or "")
        if secret.grant is not None and state.refresh_token is not None:
            self._stored.add(state.refresh_token.get_secret_value())

    def close(self, at: float) -> None:
        """Check nothing at the end."""

    def begun(self, name: str, token: str, seed: str) -> None:
        """Record that a refresh token is presented: it must be the stored one, and not in flight already."""
        state = self.state_of(name)
        current = state.refresh_token if state.initial_fingerprint == fingerprint(SecretStr(seed)) else None
        expected = current.get_secret_value() if current is not None else seed
        if token != expected:
            self.breaches.append(f"{name} sent what is not stored")
        if token in self._in_flight:
            self.breaches.append(f"{name} sent a token twice at once")
        self._in_flight.add(token)
        self.calls += 1

    def over(self, token: str) -> None:
        """Record that a request is over, whatever its outcome."""
        self._in_flight.discard(token)

    def issued(self, token: str, successor: str, at: float, *, lost: bool) -> None:
        """Record that a server issued a successor."""
        self._issues.setdefault(token, Issue(at, successor, lost))
        self.lost_answers += lost
        self.refreshes += not lost

    def refused(self, name: str, token: str, at: float, *, grace: bool) -> None:
        """Check the end of a grant: it is allowed at a strict server only, after a lost successor."""
        self.losses[name] += 1
        first = self._issues.get(token)
        crashed = first is not None and any(first.at <= crash <= at for crash in self.restarts)
        if grace or first is None or first.successor in self._stored or not (first.lost or crashed):
            self.breaches.append(f"{name} lost its grant at {at:.3f} without need")


class RotatingServers:
    """One server for each connector, some of them strict; the faults are those of its host."""

    def __init__(self, seed: int, weather: Weather, audit: GrantAudit, cluster: SimulatedCluster) -> None:
        self._random = Random(seed)
        self._weather = weather
        self._audit = audit
        self._cluster = cluster
        self._servers: dict[str, tuple[RotatingProvider, bool]] = {}
        self._seeds: dict[str, str] = {}

    def add(self, name: str, lifetime: int, *, grace: bool) -> None:
        """Add a server, and return its initial refresh token."""
        server = RotatingProvider(grace=grace, prefix=name)
        server.lifetime = lifetime
        self._servers[name] = (server, grace)
        self._bring(name)

    async def find(self, issuer: str, context: RequestContext) -> ServerMetadata | Signal:
        """Raise: the connectors name their endpoints."""
        raise NotImplementedError

    async def find_resource(self, resource: str, context: RequestContext) -> ProtectedResource | Signal:
        """Raise: the connectors name no resource."""
        raise NotImplementedError

    async def send(self, request: TokenRequest, context: RequestContext) -> HTTPResponse | Signal:
        """Respond to a refresh, or lose the response."""
        del context
        name = urlsplit(request.url).path.strip("/")
        token = parse_qs(request.body.decode())["refresh_token"][0]
        self._audit.begun(name, token, self._seeds[name])
        try:
            return await self._answered(name, token, request)
        finally:
            self._audit.over(token)

    async def _answered(self, name: str, token: str, request: TokenRequest) -> HTTPResponse | Signal:
        loop = asyncio.get_running_loop()
        spell = self._weather.hosts[urlsplit(request.url).hostname or ""].at(loop.time())
        trouble = spell.trouble if spell is not None else None
        if trouble is None or (_may_have_been_done(trouble) and self._random.random() < 0.5):
            answer = await self._done(name, token, request, lost=trouble is not None)
        if trouble is not None:
            await asyncio.sleep(min(trouble.seconds, _left(request, loop.time())))
            return trouble.answer
        await asyncio.sleep(min(3.0, self._random.lognormvariate(-2.0, 0.8)))
        return answer

    async def _done(self, name: str, token: str, request: TokenRequest, *, lost: bool) -> HTTPResponse | Signal:
        server, grace = self._servers[name]
        answer, now = await server.send(request, RequestContext(0.0)), asyncio.get_running_loop().time()
        if isinstance(answer, HTTPResponse) and answer.status == OK:
            self._audit.issued(token, server.newest, now, lost=lost)
        elif not lost:
            self._audit.refused(name, token, now, grace=grace)
            self._bring(name)
        return answer

    def _bring(self, name: str) -> None:
        """Supply another initial refresh token, as a user does."""
        self._seeds[name] = seed = f"seed-{name}-{self._audit.losses[name]}"
        self._servers[name][0].know(refresh_token=seed)
        self._cluster.add_credential(NAMESPACE, f"seed-{name}", refresh_token=seed.encode())


@dataclass
class GrantFleet(Fleet):
    """The whole simulation: every second connector's server is strict."""

    audit: GrantAudit = field(init=False)

    def __post_init__(self) -> None:
        self._weather = Weather.of(self.plan)
        restarts = [spell.start for spell in self._weather.restarts]
        self.audit = GrantAudit(self._weather.excuses, state_of=self._state, restarts=restarts)
        self._cluster = SimulatedCluster(self._weather.api, self.audit.wrote)
        self._rotating = RotatingServers(self.plan.seed + 1, self._weather, self.audit, self._cluster)
        self._providers = self._rotating

    def _state(self, name: str) -> GrantState:
        kept = self._cluster.secrets.get((NAMESPACE, state_name(name)))
        return (read_state(kept.data) if kept is not None else None) or GrantState()

    def _populate(self) -> None:
        hosts, number = list(self._weather.hosts), 0
        self._cluster.add_credential(NAMESPACE, "robot", client_secret=b"s")
        for lifetime, count in self.plan.fleet.items():
            for _ in range(count):
                name, host = f"c{number}", hosts[number // 2 % len(hosts)]
                uid = hashlib.sha256(f"{self.plan.seed}/{number}".encode()).hexdigest()[:32]
                seed = {"secretRef": {"name": f"seed-{name}"}}
                provider = {"tokenURL": f"https://{host}/{name}"}
                spec = a_spec(grantType="RefreshToken", provider=provider, refreshToken=seed)
                self._cluster.add(replace(a_connector(spec), key=Key(NAMESPACE, name), uid=uid))
                self._rotating.add(name, lifetime, grace=bool(number % 2))
                number += 1


def _may_have_been_done(trouble: Trouble) -> bool:
    """Return whether a failing server may have processed the request."""
    answer = trouble.answer
    return answer.sent if isinstance(answer, Signal) else answer.status >= 500


def _left(request: TokenRequest, now: float) -> float:
    return request.send_window.until - NOW - now if request.send_window is not None else 60.0
