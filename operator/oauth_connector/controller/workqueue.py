"""Reconciles each connector when it is due: many at once up to a limit, but never one connector twice at once.

A reconciliation that fails by an exception is repeated later, with pauses that double: the API server is unavailable,
or the operator has a bug.
"""

import asyncio
import math
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from oauth_connector.connector.observation import Key
from oauth_connector.connector.schedule.fair_queue import FairQueue
from oauth_connector.controller.deadline_queue import ClockSetback, DeadlineQueue
from oauth_connector.controller.ports import Clock, ClusterUnavailable, Superseded

LONGEST_SLEEP = 5.0
"""Seconds after which the wall clock is read again. The clock of the event loop may differ from it."""

STARTED_AT_ONCE = 4
"""Reconciliations that are started before the event loop looks at its sockets again.

When the operator starts, thousands have nothing to do and end at once; the responses for the others wait that long.
After a restart with 10,000 connectors a new one has its token after 0.6 s. With all workers it took 8 s.
"""

SUPERSEDED_PAUSE = 1.0
"""Seconds until the next reconciliation where another process leads or may lead, if this one leads again by then."""

LONGEST_BACKOFF = 15.0
"""Seconds between two failed reconciliations of a connector, at most."""

log = structlog.get_logger(__name__)

Reconcile = Callable[[Key], Awaitable[float | None]]
"""Reconcile a connector and return when it is due again, if ever. Raises `ClusterUnavailable`."""

OnSetback = Callable[[float], None]
"""Receives the seconds by which the wall clock was set back."""


OnError = Callable[[Key, int], Awaitable[None]]
"""Receives the connector whose reconciliation has raised, and how often in a row it has failed. It raises nothing."""


async def ignore_error(_key: Key, _failures: int) -> None:
    """Report nothing."""


@dataclass(frozen=True, slots=True)
class WorkqueueHooks:
    """Functions that the workqueue calls for metrics.

    `on_start` receives the seconds between due time and start; `on_result` the result (`success`, `unavailable`,
    `superseded` or `error`) and the seconds of a reconciliation.
    """

    on_start: Callable[[float], None] = lambda _late: None
    on_result: Callable[[str, float], None] = lambda _result, _seconds: None


class Workqueue:
    """Keys of connectors that are due or will be, and the workers that reconcile them.

    While `may_start` returns false, as in a process that stands by, the keys wait.
    """

    def __init__(
        self,
        clock: Clock,
        hooks: WorkqueueHooks | None = None,
        *,
        workers: int = 64,
        may_start: Callable[[], bool] = lambda: True,
        longest_sleep: float = LONGEST_SLEEP,
    ) -> None:
        self._clock = clock
        self._hooks = hooks or WorkqueueHooks()
        self._workers = workers
        self._may_start = may_start
        self._longest_sleep = longest_sleep
        self._deadlines = DeadlineQueue()
        self._ready = FairQueue()
        self._due: dict[Key, float] = {}
        self._requeued: set[Key] = set()
        self._failures: dict[Key, int] = {}
        self._on_error: OnError = ignore_error
        self._busy: Counter[str] = Counter()
        self._tasks: dict[Key, asyncio.Task[None]] = {}
        self._wake = asyncio.Event()
        self._stopping = False

    @property
    def depth(self) -> int:
        """Return how many keys are due and have no worker yet; 0 in a process that stands by."""
        return len(self._ready) if self._may_start() else 0

    @property
    def longest_wait(self) -> float:
        """Return the seconds since the first of them became due; 0 if there is none."""
        first = next(iter(self._due.values()), None)
        return max(0.0, self._clock() - first) if first is not None and self._may_start() else 0.0

    def enqueue(self, key: Key, at: float | None = None) -> None:
        """Make a connector due, now or at a time; a reconciliation in progress is followed by another."""
        self._deadlines.put(key, self._clock() if at is None else at)
        self._wake.set()

    async def serve(
        self, reconcile: Reconcile, on_setback: OnSetback = lambda _by: None, on_error: OnError = ignore_error
    ) -> None:
        """Reconcile until `stop`, then wait for what is in progress: it is finished and persisted."""
        self._on_error = on_error
        setback = ClockSetback(self._clock, asyncio.get_running_loop().time)
        while not self._stopping:
            self._wake.clear()
            if by := setback.measure():
                on_setback(by)
                self._deadlines.make_all_due(self._clock())
            if self._may_start():
                self._collect_due()
                self._start_workers(reconcile)
            await self._sleep()
        if self._tasks:
            await asyncio.wait(self._tasks.values())

    def restart(self) -> None:
        """Make all connectors due now, because this process leads from now on."""
        keys = {*self._due, *(key for key, _ in self._deadlines.take_due(math.inf))}
        self._due.clear()
        self._ready = FairQueue()
        for key in keys:
            self._deadlines.put(key, self._clock())
        self._wake.set()

    def stop(self) -> None:
        """Start no further reconciliation."""
        self._stopping = True
        self._wake.set()

    def _collect_due(self) -> None:
        for key, at in self._deadlines.take_due(self._clock()):
            if key in self._tasks:
                self._requeued.add(key)
            elif key not in self._due:
                self._due[key] = at
                self._ready.put(key, (0, at))

    def _start_workers(self, reconcile: Reconcile) -> None:
        free = min(STARTED_AT_ONCE, self._workers - len(self._tasks))
        while free > 0 and (key := self._ready.take(self._busy)) is not None:
            free -= 1
            self._hooks.on_start(max(0.0, self._clock() - self._due.pop(key)))
            self._busy[key.namespace] += 1
            self._tasks[key] = asyncio.create_task(self._work(reconcile, key), name=f"reconcile {key}")

    async def _work(self, reconcile: Reconcile, key: Key) -> None:
        """Reconcile one connector, and set when it is due again, also after an exception."""
        started, result, at = time.monotonic(), "success", None
        try:
            at = await reconcile(key)
        except ClusterUnavailable as unavailable:
            log.log(
                unavailable.log_level, "the Kubernetes API is unavailable", connector=str(key), cause=str(unavailable)
            )
            result, at = "unavailable", self._backoff(key, unavailable.retry_after)
        except Superseded as superseded:
            log.info("a reconciliation is left to another process", connector=str(key), cause=str(superseded))
            result, at = "superseded", self._clock() + SUPERSEDED_PAUSE
        except Exception:  # a bug in one reconciliation must not end the refreshes of all others
            log.exception("a reconciliation failed", connector=str(key))
            result, at = "error", self._backoff(key, None)
            await self._on_error(key, self._failures[key])
        else:
            self._failures.pop(key, None)
        finally:
            self._release(key)
        self._hooks.on_result(result, time.monotonic() - started)
        if key in self._requeued:
            self._requeued.discard(key)
            at = self._clock()
        if at is not None:
            self._deadlines.put(key, at)

    def _backoff(self, key: Key, retry_after: float | None) -> float:
        """Return when to retry: after 1 s, 2 s, … up to the longest backoff, not before the server's `Retry-After`."""
        failures = self._failures[key] = self._failures.get(key, 0) + 1
        return self._clock() + max(retry_after or 0.0, min(LONGEST_BACKOFF, 2.0 ** (failures - 1)))

    def _release(self, key: Key) -> None:
        del self._tasks[key]
        self._busy[key.namespace] -= 1
        if not self._busy[key.namespace]:
            del self._busy[key.namespace]
        self._wake.set()

    async def _sleep(self) -> None:
        """Wait until something may be done. Without a wait, the event loop looks at its sockets."""
        if self._ready and len(self._tasks) < self._workers and self._may_start():
            await asyncio.sleep(0)
            return
        due = self._deadlines.next_due() if self._may_start() else None
        pause = self._longest_sleep if due is None else min(self._longest_sleep, max(0.0, due - self._clock()))
        alarm = asyncio.get_running_loop().call_later(pause, self._wake.set)
        try:
            await self._wake.wait()
        finally:
            alarm.cancel()
