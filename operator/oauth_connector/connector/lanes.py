"""How many token calls one host gets at once, and whose turn it is: state without a clock or a task.

A dead or strained host must not hold up another's refreshes, so each host has a lane of its own. A pass that finds its
lane full does not wait inside a worker: it goes back to the timetable and is called when a place is free.
"""

from collections import Counter
from dataclasses import dataclass, field

from oauth_connector.connector.observation import Key

PLACES = 16
"""Token calls in flight at one host, at most; halved by 429, 503 and time-outs, raised again by answers."""

LOOK_AGAIN = 60.0
"""Seconds after which a waiting pass asks again by itself, should its call be lost."""

Rank = tuple[int, float]
"""Order of the waiting: a first token (0) before a refresh (1), then the earlier expiry."""


@dataclass(slots=True)
class _Lane:
    limit: float = PLACES
    closed_until: float = 0.0
    in_flight: Counter[str] = field(default_factory=Counter)
    waiting: dict[Key, Rank] = field(default_factory=dict)

    def admits(self, namespace: str) -> bool:
        """No namespace holds more than half of the places while others wait."""
        if self.in_flight.total() >= int(self.limit):
            return False
        others = any(key.namespace != namespace for key in self.waiting)
        return not others or self.in_flight[namespace] < max(1, int(self.limit) // 2)


class Lanes:
    """The lanes of all hosts that were called lately."""

    def __init__(self) -> None:
        self._lanes: dict[str, _Lane] = {}

    def enter(self, host: str, key: Key, rank: Rank, now: float) -> float | None:
        """Take a place: `None` when it was given, else the time at which to ask again at the latest."""
        lane = self._lanes.setdefault(host, _Lane())
        lane.waiting.pop(key, None)
        if lane.closed_until <= now and lane.admits(key.namespace):
            lane.in_flight[key.namespace] += 1
            return None
        lane.waiting[key] = rank
        return max(now + LOOK_AGAIN, lane.closed_until)

    def leave(self, host: str, key: Key, *, strained: bool, closed_until: float = 0.0) -> list[Key]:
        """Give the place back; the answer names those whose turn it is now."""
        lane = self._lanes[host]
        lane.in_flight[key.namespace] -= 1
        lane.in_flight += Counter()  # drops namespaces without calls
        lane.closed_until = max(lane.closed_until, closed_until)
        lane.limit = max(1.0, lane.limit / 2) if strained else min(PLACES, lane.limit + 1 / lane.limit)
        called = self._next(lane)
        if not lane.waiting and not lane.in_flight and lane.limit >= PLACES and not called:
            del self._lanes[host]
        return called

    def forget(self, key: Key) -> None:
        """Drop a connector that is gone from every queue."""
        for lane in self._lanes.values():
            lane.waiting.pop(key, None)

    def waiting(self) -> int:
        """Count the passes that wait for a place."""
        return sum(len(lane.waiting) for lane in self._lanes.values())

    @staticmethod
    def _next(lane: _Lane) -> list[Key]:
        free = max(0, int(lane.limit) - lane.in_flight.total())
        fair = sorted(
            lane.waiting, key=lambda key: (lane.in_flight[key.namespace] * 2 >= lane.limit, lane.waiting[key])
        )
        return fair[:free]
