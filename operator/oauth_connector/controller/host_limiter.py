"""How many token calls one host gets at once, and whose turn it is: state without a clock or a task.

A dead or strained host must not hold up another's refreshes, so each host has a lane of its own. A pass that finds its
lane full does not wait inside a worker: it ends, and is called when a place is free. The place is kept for whoever is
called, until that pass has taken it or has ended without.
"""

from collections import Counter
from dataclasses import dataclass, field

from oauth_connector.connector.observation import Key
from oauth_connector.connector.schedule.fair_queue import FairQueue, Rank

MOST_IDLE = 1000
"""Lanes that are remembered though nobody is in them, for what strain has taught."""

PLACES = 16
"""Token calls in flight at one host, at most; halved by 429, 503 and time-outs, raised again by answers."""

LOOK_AGAIN = 60.0
"""Seconds after which a waiting pass asks again by itself, should its call be lost."""


@dataclass(slots=True)
class _HostQueue:
    limit: float = PLACES
    closed: dict[str, float] = field(default_factory=dict)
    inside: Counter[str] = field(default_factory=Counter)
    called: set[Key] = field(default_factory=set)
    waiting: FairQueue = field(default_factory=FairQueue)

    @property
    def free(self) -> int:
        return int(self.limit) - self.inside.total() - len(self.called)

    @property
    def idle(self) -> bool:
        return not self.inside and not self.called and not self.waiting

    def closed_until(self, namespace: str, now: float) -> float:
        """Give the time until which a namespace was told to stay away; 0 where it was not."""
        until = self.closed.get(namespace, 0.0)
        if until <= now:
            self.closed.pop(namespace, None)
        return until if until > now else 0.0

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


class HostLimiter:
    """The lanes of all hosts that were called lately."""

    def __init__(self) -> None:
        self._host_limiter: dict[str, _HostQueue] = {}
        self._host: dict[Key, str] = {}

    def enter(self, host: str, key: Key, rank: Rank, now: float) -> float | None:
        """Take a place: `None` when it was given, else the time at which to ask again at the latest."""
        lane = self._host_limiter.setdefault(host, _HostQueue())
        was_called = key in lane.called
        lane.called.discard(key)
        lane.waiting.discard(key)
        self._host.pop(key, None)
        if closed_until := lane.closed_until(key.namespace, now):
            return closed_until
        if was_called or lane.admits(key.namespace):
            lane.inside[key.namespace] += 1
            return None
        lane.waiting.put(key, rank)
        self._host[key] = host
        return now + LOOK_AGAIN

    def leave(self, host: str, key: Key, *, strained: bool, closed_until: float = 0.0) -> list[Key]:
        """Give the place back; the answer names those whose turn it is now.

        `strained` narrows the lane for all. `closed_until` closes it for the namespace that was told to stay away: what
        one tenant's client has used up is not the others' fault.
        """
        lane = self._host_limiter[host]
        lane.inside[key.namespace] -= 1
        lane.inside += Counter()  # drops namespaces without calls
        if closed_until:
            lane.closed[key.namespace] = max(lane.closed.get(key.namespace, 0.0), closed_until)
        lane.limit = max(1.0, lane.limit / 2) if strained else min(PLACES, lane.limit + 1 / lane.limit)
        return self.next(host)

    def withdraw(self, key: Key) -> list[Key]:
        """Give up what a connector waits for, or was called to; the answer names those whose turn it is now."""
        host = self._host.pop(key, None)
        if host is None:
            return []
        lane = self._host_limiter[host]
        lane.called.discard(key)
        lane.waiting.discard(key)
        return self.next(host)

    def waits_elsewhere(self, key: Key, host: str) -> bool:
        """Tell whether a connector waits, or was called, at another host."""
        return self._host.get(key, host) != host

    def waiting(self) -> int:
        """Count the passes that wait for a place."""
        return sum(len(lane.waiting) for lane in self._host_limiter.values())

    def next(self, host: str) -> list[Key]:
        """Call those whose turn it is, as many as there are places; forget a lane that has nothing to remember."""
        lane = self._host_limiter[host]
        called = lane.call()
        if lane.idle and lane.limit >= PLACES and not lane.closed:
            del self._host_limiter[host]
        elif len(self._host_limiter) > MOST_IDLE:
            self._host_limiter = {name: kept for name, kept in self._host_limiter.items() if not kept.idle}
        return called
