"""When each connector is due: a heap of deadlines on wall-clock time, and the detection of a clock that was set back.

Deadlines are compared with the wall clock at every wake-up, every few seconds: a timer of the event loop does not
advance while the machine is suspended, and the lifetime of a token does. A wall clock that was set back would postpone
everything by as much; that is detected, and all connectors become due.
"""

import heapq
import itertools
from collections.abc import Callable, Iterator

from oauth_connector.connector.observation import Key
from oauth_connector.controller.ports import Clock

SLACK = 1000
"""The heap is rebuilt when it has this many entries more than twice the number of keys."""

SETBACK = 5.0
"""Seconds by which the wall clock must fall behind to count as set back. A smaller step is an adjustment."""


class DeadlineQueue:
    """Keys by the time at which each is due; a key has one time, the earliest that was requested."""

    def __init__(self) -> None:
        self._at: dict[Key, float] = {}
        self._heap: list[tuple[float, int, Key]] = []
        self._count = itertools.count()

    def put(self, key: Key, at: float) -> None:
        """Make a key due at a time, unless it is due earlier already."""
        if at < self._at.get(key, float("inf")):
            self._at[key] = at
            heapq.heappush(self._heap, (at, next(self._count), key))
            if len(self._heap) > 2 * len(self._at) + SLACK:
                self._heap = [entry for entry in self._heap if self._at.get(entry[2]) == entry[0]]
                heapq.heapify(self._heap)

    def take_due(self, now: float) -> Iterator[tuple[Key, float]]:
        """Remove the keys that are due, and yield each with its time, earliest first."""
        while self._heap and self._heap[0][0] <= now:
            at, _, key = heapq.heappop(self._heap)
            if self._at.get(key) == at:
                del self._at[key]
                yield key, at

    def make_all_due(self, now: float) -> None:
        """Make each key due at once."""
        for key in tuple(self._at):
            self.put(key, now)

    def next_due(self) -> float | None:
        """Return the earliest time; `None` where no key has one."""
        while self._heap and self._at.get(self._heap[0][2]) != self._heap[0][0]:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None


class ClockSetback:
    """Compares the wall clock with a monotonic one."""

    def __init__(self, clock: Clock, monotonic: Callable[[], float]) -> None:
        self._clock = clock
        self._monotonic = monotonic
        self._ahead = clock() - monotonic()

    def measure(self) -> float:
        """Return the seconds by which the wall clock was set back since the last call; 0 if it was not."""
        before, self._ahead = self._ahead, self._clock() - self._monotonic()
        setback = before - self._ahead
        return setback if setback > SETBACK else 0.0
