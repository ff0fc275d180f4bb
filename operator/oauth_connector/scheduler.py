"""One pass at a time for each connector, at its time: a heap of deadlines on wall-clock time, and bounded workers.

Deadlines are compared with the wall clock at every wake-up, every few seconds: a timer of the event loop stands
still while the machine is suspended, and a token does not. A wall clock that was set back would put everything off by
as much; that is noticed, told, and everybody is looked at again.
"""

import asyncio
import contextlib
import heapq
import itertools
from collections.abc import Awaitable, Callable, Iterator

from oauth_connector.connector.observation import Key
from oauth_connector.ports import Clock

LONGEST_SLEEP = 5.0
"""Seconds after which the wall clock is looked at again, whatever the event loop's own clock says."""

SETBACK = 5.0
"""Seconds by which the wall clock must fall behind to be taken for set back; less is the clock being steered."""


class Timetable:
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


class Setback:
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


class Scheduler:
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
        self._timetable = Timetable()
        self._ready: dict[Key, float] = {}
        self._again: set[Key] = set()
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
        first = next(iter(self._ready.values()), None)
        return max(0.0, self._clock() - first) if first is not None else 0.0

    def nudge(self, key: Key, at: float | None = None) -> None:
        """Ask for a pass, now or at a time; one that is under way is followed by another."""
        self._timetable.put(key, self._clock() if at is None else at)
        self._wake.set()

    async def serve(self) -> None:
        """Run passes until `stop`, then wait for those under way: what is in flight is finished and persisted."""
        setback = Setback(self._clock, asyncio.get_running_loop().time)
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
            else:
                self._ready.setdefault(key, at)

    def _start(self) -> None:
        while self._ready and len(self._tasks) < self._workers:
            key = next(iter(self._ready))
            self._on_start(max(0.0, self._clock() - self._ready.pop(key)))
            self._tasks[key] = asyncio.create_task(self._serve(key), name=f"pass {key}")

    async def _serve(self, key: Key) -> None:
        try:
            at = await self._run(key)
        finally:
            del self._tasks[key]
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
