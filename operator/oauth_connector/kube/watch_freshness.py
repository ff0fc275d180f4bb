"""How old a cached connector can be: what the watch has delivered, compared with the writes of this process.

An object of a list counts for nothing: a list has no order, and a later page may be missing.

The watch delivers the changes of its objects in their order. So an event that is as new as a write of this process
shows that everything older than that write has been delivered, for every connector of the same watch. After a new
start the watch lacks what was changed before; until that is listed, its events show nothing of other connectors.
"""

from collections import deque
from collections.abc import Callable

from oauth_connector.connector.observation import Key
from oauth_connector.kube.boot_clock import read_boot_clock

FRESH_SECONDS = 5.0
"""The age up to which a cached connector is sufficient for a request that can be repeated without harm."""

WRITE_INTERVAL = 0.25
"""Seconds between writes that are compared: a few of them are sufficient, however many there are."""


class WatchFreshness:
    """The times of deliveries and writes; there is one watch for each namespace, or one for all of them."""

    def __init__(self, clock: Callable[[], float] = read_boot_clock, *, by_namespace: bool = False) -> None:
        self._clock = clock
        self._by_namespace = by_namespace
        self._delivered: dict[Key, float] = {}
        self._writes: dict[str, deque[tuple[int, float]]] = {}
        self._current_at: dict[str, float] = {}
        self._gaps: set[str] = set()

    def is_fresh(self, key: Key) -> bool:
        """Return whether the cache shows a connector as it was at most a few seconds ago."""
        oldest = self._clock() - FRESH_SECONDS
        latest = max(self._delivered.get(key, oldest), self._current_at.get(self._watch_of(key.namespace), oldest))
        return latest > oldest

    def note_event(self, key: Key, version: str) -> None:
        """Note that an event has delivered this version of a connector."""
        now = self._clock()
        self._delivered.pop(key, None)
        self._delivered[key] = now  # the last one is the latest
        while self._delivered[first := next(iter(self._delivered))] <= now - FRESH_SECONDS:
            del self._delivered[first]
        watch = self._watch_of(key.namespace)
        writes = self._writes.get(watch, ()) if watch not in self._gaps else ()
        while writes and writes[0][0] <= int(version):
            self._current_at[watch] = writes.popleft()[1]

    def begin_gap(self, namespace: str) -> None:
        """Note that a watch starts: what was changed before, it does not deliver. A list has to."""
        self._gaps.add(self._watch_of(namespace))

    def end_gap(self, namespace: str) -> None:
        """Note that everything from before the start of a watch was listed."""
        self._gaps.discard(self._watch_of(namespace))

    def begin_write(self) -> float:
        """Return the time of a write that begins. Its response may be late, and so older than it seems."""
        return self._clock()

    def note_write(self, namespace: str, version: str, began: float) -> None:
        """Note the version that a write of this process has made."""
        writes = self._writes.setdefault(self._watch_of(namespace), deque())
        while writes and writes[0][1] <= self._clock() - FRESH_SECONDS:
            writes.popleft()  # the watch delivers nothing
        if not writes or began - writes[-1][1] >= WRITE_INTERVAL:
            writes.append((int(version), began))

    def _watch_of(self, namespace: str) -> str:
        return namespace if self._by_namespace else ""
