"""What must be true throughout a simulation, recorded while it runs."""

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from oauth_connector.connector.schedule.refresh_time import MINIMUM_GAP
from oauth_connector.connector.secret.metadata import SecretMetadata
from tests.simulation.weather import HOUR
from tests.support.builders import NOW

DAY_IN_MINUTES = 24 * 60

GRACE = 75.0
"""Seconds before an expiry without a fault: the last request, a minute before it, must have been sent."""

FIRST = 60.0
"""Seconds until a fleet that is applied at once has its first tokens."""

Excuses = Callable[[str, float, float], bool]


@dataclass
class Audit:
    """Violations of the three guarantees, and the records to detect them; times are seconds since the start."""

    excuses: Excuses
    hosts: dict[str, str] = field(default_factory=dict)
    breaches: list[str] = field(default_factory=list)
    calls: int = 0
    failing: int = 0
    refreshes: int = 0
    excused: int = 0
    bugs: int = 0
    _per_minute: Counter[int] = field(default_factory=Counter)
    _called: dict[str, float] = field(default_factory=dict)
    _expires: dict[str, float] = field(default_factory=dict)
    _trace: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    def called(self, name: str, at: float, *, failing: bool) -> None:
        """Record a token request."""
        gap = at - self._called.get(name, -HOUR)
        if gap < MINIMUM_GAP - 0.001:
            self.breaches.append(f"{name} called {gap:.3f} s after its last call, at {at:.3f}")
        self._called[name] = at
        self._per_minute[int(at // 60)] += 1
        self.calls += 1
        self.failing += failing
        self._trace.update(f"{name} {at:.6f} {failing}\n".encode())

    def wrote(self, secret: SecretMetadata, at: float) -> None:
        """Record that a Secret contains a new token."""
        name = secret.connector or ""
        self._judge(name, at)
        self._expires[name] = (secret.expires_at or 0) - NOW
        self.refreshes += 1

    def note_result(self, result: str, seconds: float) -> None:
        """Record the result of a reconciliation."""
        del seconds
        self.bugs += result == "error"

    def close(self, at: float) -> None:
        """Check the tokens that are published at the end."""
        for name in self.hosts:
            self._judge(name, at)

    def herd(self, window: int) -> float:
        """Return the requests of the busiest window (minutes) as a multiple of the mean, without the first day."""
        minutes = range(DAY_IN_MINUTES, max(self._per_minute), window)
        calls = [sum(self._per_minute[m] for m in range(start, start + window)) for start in minutes[:-1]]
        return max(calls) / (sum(calls) / len(calls))

    def digest(self) -> str:
        """Return a digest of all requests, by which two runs are compared."""
        return self._trace.hexdigest()

    def _judge(self, name: str, at: float) -> None:
        expires = self._expires.get(name)
        if expires is None:
            if at > FIRST and not self.excuses(self.hosts[name], 0.0, at):
                self.breaches.append(f"{name} had no token until {at:.3f}")
        elif expires < at:
            if self.excuses(self.hosts[name], expires - GRACE, expires):
                self.excused += 1
            else:
                self.breaches.append(f"{name} expired at {expires:.3f} and was replaced at {at:.3f}")
