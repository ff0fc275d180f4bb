"""One pass at a time for each connector, at its time: a heap of deadlines on wall-clock time, and bounded workers.

Deadlines are compared with the wall clock at every wake-up, every few seconds: a timer of the event loop stands
still while the machine is suspended, and a token does not. A wall clock that was set back would put everything off by
as much; that is noticed, told, and everybody is looked at again.
"""

import asyncio
import contextlib
import heapq
import itertools
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterator

from oauth_connector.connector.observation import Key
from oauth_connector.connector.schedule.fair_queue import FairQueue
from oauth_connector.controller.ports import Clock

LONGEST_SLEEP = 5.0
"""Seconds after which the wall clock is looked at again, whatever the event loop's own clock says."""

SLACK = 1000
"""Entries of the heap that may have been overtaken before they are thrown out."""

SETBACK = 5.0
"""Seconds by which the wall clock must fall behind to be taken for set back; less is the clock being steered."""


class DeadlineQueue:
    """Keys by the time at which each is due; a key has one time, the earliest that was asked for."""

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

    def due(self, now: float) -> Iterator[tuple[Key, float]]:
        """Take out what is due, earliest first, with the time at which it was."""
        while self._heap and self._heap[0][0] <= now:
            at, _, key = heapq.heappop(self._heap)
            if self._at.get(key) == at:
                del self._at[key]
                yield key, at

    def hasten(self, now: float) -> None:
        """Make everybody due at once."""
        for key in tuple(self._at):
            self.put(key, now)

    def next(self) -> float | None:
        """Give the earliest time, or nothing when nobody is due."""
        while self._heap and self._at.get(self._heap[0][2]) != self._heap[0][0]:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None


class ClockSetback:
    """Compares the wall clock with one that nobody sets."""

    def __init__(self, clock: Clock, steady: Callable[[], float]) -> None:
        self._clock = clock
        self._steady = steady
        self._ahead = clock() - steady()

    def look(self) -> float:
        """Give the seconds by which the wall clock was set back since the last look; 0 if it was not."""
        before, self._ahead = self._ahead, self._clock() - self._steady()
        fallen = before - self._ahead
        return fallen if fallen > SETBACK else 0.0


Pass = Callable[[Key], Awaitable[float | None]]
"""A pass gives the time at which it wants to be called again; it raises nothing."""


class Workqueue:
    """Calls the pass for each key when it is due, never twice at once for one key."""

    def __init__(  # noqa: PLR0913  # settings, each with a default
        self,
        run: Pass,
        clock: Clock,
        *,
        workers: int = 64,
        longest_sleep: float = LONGEST_SLEEP,
        on_start: Callable[[float], None] = lambda _late: None,
        on_setback: Callable[[float], None] = lambda _by: None,
    ) -> None:
        self._run = run
        self._clock = clock
        self._workers = workers
        self._longest_sleep = longest_sleep
        self._on_start = on_start
        self._on_setback = on_setback
        self._timetable = DeadlineQueue()
        self._ready = FairQueue()
        self._due: dict[Key, float] = {}
        self._again: set[Key] = set()
        self._busy: Counter[str] = Counter()
        self._tasks: dict[Key, asyncio.Task[None]] = {}
        self._wake = asyncio.Event()
        self._stopping = False

    @property
    def depth(self) -> int:
        """Count the keys that are due and have no worker yet."""
        return len(self._ready)

    @property
    def waited(self) -> float:
        """Give the seconds for which the first of them has waited; 0 if there is none."""
        first = next(iter(self._due.values()), None)
        return max(0.0, self._clock() - first) if first is not None else 0.0

    def enqueue(self, key: Key, at: float | None = None) -> None:
        """Ask for a pass, now or at a time; one that is under way is followed by another."""
        self._timetable.put(key, self._clock() if at is None else at)
        self._wake.set()

    async def serve(self) -> None:
        """Run passes until `stop`, then wait for those under way: what is in flight is finished and persisted."""
        setback = ClockSetback(self._clock, asyncio.get_running_loop().time)
        while not self._stopping:
            self._wake.clear()
            self._mind(setback.look())
            self._collect()
            self._start()
            await self._sleep()
        if self._tasks:
            await asyncio.wait(self._tasks.values())

    def stop(self) -> None:
        """Start no further pass."""
        self._stopping = True
        self._wake.set()

    def _mind(self, setback: float) -> None:
        if setback:
            self._on_setback(setback)
            self._timetable.hasten(self._clock())

    def _collect(self) -> None:
        for key, at in self._timetable.due(self._clock()):
            if key in self._tasks:
                self._again.add(key)
            elif key not in self._due:
                self._due[key] = at
                self._ready.put(key, (0, at))

    def _start(self) -> None:
        while len(self._tasks) < self._workers and (key := self._ready.take(self._crowded())) is not None:
            self._on_start(max(0.0, self._clock() - self._due.pop(key)))
            self._busy[key.namespace] += 1
            self._tasks[key] = asyncio.create_task(self._serve(key), name=f"pass {key}")

    def _crowded(self) -> Collection[str]:
        """Give the namespaces with half of the workers: while others wait they get no more."""
        most = max(1, self._workers // 2)
        return [namespace for namespace, busy in self._busy.items() if busy >= most]

    async def _serve(self, key: Key) -> None:
        try:
            at = await self._run(key)
        finally:
            del self._tasks[key]
            self._busy[key.namespace] -= 1
            if not self._busy[key.namespace]:
                del self._busy[key.namespace]
            self._wake.set()
        if key in self._again:
            self._again.discard(key)
            at = self._clock()
        if at is not None:
            self._timetable.put(key, at)

    async def _sleep(self) -> None:
        due = self._timetable.next()
        longest = self._longest_sleep
        pause = longest if due is None else min(longest, max(0.0, due - self._clock()))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await self._wake.wait()
