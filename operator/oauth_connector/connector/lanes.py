"""How many token calls one host gets at once, and whose turn it is: state without a clock or a task.

A dead or strained host must not hold up another's refreshes, so each host has a lane of its own. A pass that finds its
lane full does not wait inside a worker: it ends, and is called when a place is free. The place is kept for whoever is
called, until that pass has taken it or has ended without.
"""

from collections import Counter
from dataclasses import dataclass, field

from oauth_connector.connector.observation import Key
from oauth_connector.connector.waiting import Rank, Waiting

PLACES = 16
"""Token calls in flight at one host, at most; halved by 429, 503 and time-outs, raised again by answers."""

LOOK_AGAIN = 60.0
"""Seconds after which a waiting pass asks again by itself, as it must once a lane that was closed is open."""


@dataclass(slots=True)
class _Lane:
    limit: float = PLACES
    closed_until: float = 0.0
    inside: Counter[str] = field(default_factory=Counter)
    called: set[Key] = field(default_factory=set)
    waiting: Waiting = field(default_factory=Waiting)

    @property
    def free(self) -> int:
        return int(self.limit) - self.inside.total() - len(self.called)

    @property
    def idle(self) -> bool:
        return not self.inside and not self.called and not self.waiting and self.limit >= PLACES

    def crowded(self) -> set[str]:
        """Give the namespaces that hold half of the places: while others wait they get no more."""
        held = self.inside + Counter(key.namespace for key in self.called)
        return {namespace for namespace, count in held.items() if count >= max(1, int(self.limit) // 2)}

    def admits(self, namespace: str) -> bool:
        return self.free > 0 and not (self.waiting.has_others(namespace) and namespace in self.crowded())

    def call(self) -> list[Key]:
        """Call the next, as many as there are places."""
        called = []
        while self.free > 0 and (key := self.waiting.take(self.crowded())) is not None:
            self.called.add(key)
            called.append(key)
        return called


class Lanes:
    """The lanes of all hosts that were called lately."""

    def __init__(self) -> None:
        self._lanes: dict[str, _Lane] = {}
        self._host: dict[Key, str] = {}

    def enter(self, host: str, key: Key, rank: Rank, now: float) -> float | None:
        """Take a place: `None` when it was given, else the time at which to ask again at the latest."""
        lane = self._lanes.setdefault(host, _Lane())
        was_called = key in lane.called
        lane.called.discard(key)
        lane.waiting.discard(key)
        if lane.closed_until <= now and (was_called or lane.admits(key.namespace)):
            lane.inside[key.namespace] += 1
            self._host.pop(key, None)
            return None
        lane.waiting.put(key, rank)
        self._host[key] = host
        return max(now + LOOK_AGAIN, lane.closed_until)

    def leave(self, host: str, key: Key, now: float, *, strained: bool, closed_until: float = 0.0) -> list[Key]:
        """Give the place back; the answer names those whose turn it is now."""
        lane = self._lanes[host]
        lane.inside[key.namespace] -= 1
        lane.inside += Counter()  # drops namespaces without calls
        lane.closed_until = max(lane.closed_until, closed_until)
        lane.limit = max(1.0, lane.limit / 2) if strained else min(PLACES, lane.limit + 1 / lane.limit)
        return self._call(host, now)

    def withdraw(self, key: Key, now: float) -> list[Key]:
        """Give up what a connector waits for, or was called to; the answer names those whose turn it is now."""
        host = self._host.pop(key, None)
        if host is None:
            return []
        lane = self._lanes[host]
        lane.called.discard(key)
        lane.waiting.discard(key)
        return self._call(host, now)

    def waits_elsewhere(self, key: Key, host: str) -> bool:
        """Tell whether a connector waits, or was called, at another host."""
        return self._host.get(key, host) != host

    def waiting(self) -> int:
        """Count the passes that wait for a place."""
        return sum(len(lane.waiting) for lane in self._lanes.values())

    def _call(self, host: str, now: float) -> list[Key]:
        lane = self._lanes[host]
        called = lane.call() if lane.closed_until <= now else []
        if lane.idle:
            del self._lanes[host]
        return called
