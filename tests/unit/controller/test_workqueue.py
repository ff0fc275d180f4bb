"""The workqueue: one reconciliation at a time for a connector, when it is due, with a clock that the test moves."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable

import pytest

from oauth_connector.connector.observation import Key
from oauth_connector.controller.workqueue import LONGEST_SLEEP, Workqueue
from tests.support.virtual_time import run_virtually

A, B, C = Key("n", "a"), Key("n", "b"), Key("n", "c")


class WallClock:
    """A wall clock that advances with the event loop's, until it jumps."""

    def __init__(self) -> None:
        self.jumped = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return 1_000_000.0 + asyncio.get_running_loop().time() + self.jumped


class ManualClock:
    """A clock that is moved by clock."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


async def serve_one(
    wall: WallClock, pause: float, scenario: Callable[[], Awaitable[None]]
) -> tuple[list[float], list[float]]:
    """Serve a key that is due every `pause` seconds; return when it was reconciled, and the reported setbacks."""
    loop = asyncio.get_running_loop()
    reconciled: list[float] = []
    setbacks: list[float] = []

    async def run(_key: Key) -> float | None:
        reconciled.append(loop.time())
        return wall() + pause

    workqueue = Workqueue(wall)
    workqueue.enqueue(A)
    task = asyncio.create_task(workqueue.serve(run, setbacks.append))
    await scenario()
    workqueue.stop()
    await task
    return reconciled, setbacks


async def until(condition: Callable[[], bool]) -> None:
    """Let the event loop run until a condition holds."""
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0)


async def test_a_key_never_has_two_reconciliations_at_once() -> None:
    """A key that is enqueued during its reconciliation is reconciled again afterwards."""
    running, most, count = Counter[Key](), 0, 0
    gate = asyncio.Event()

    async def run(key: Key) -> float | None:
        nonlocal most, count
        running[key] += 1
        count += 1
        most = max(most, running[key])
        await gate.wait()
        running[key] -= 1
        return None

    workqueue = Workqueue(ManualClock())
    task = asyncio.create_task(workqueue.serve(run))
    workqueue.enqueue(A)
    await until(lambda: count == 1)
    workqueue.enqueue(A)
    workqueue.enqueue(A)
    gate.set()
    await until(lambda: count == 2)
    workqueue.stop()
    await task
    assert most == 1


async def test_a_key_is_reconciled_again_at_the_time_that_was_returned() -> None:
    """A reconciliation returns the next due time, on the wall clock."""
    clock, reconciled = ManualClock(), []

    async def run(_key: Key) -> float | None:
        reconciled.append(clock.now)
        return clock.now + 50

    workqueue = Workqueue(clock)
    task = asyncio.create_task(workqueue.serve(run))
    workqueue.enqueue(A)
    await until(lambda: len(reconciled) == 1)
    clock.now += 49
    workqueue.enqueue(B, clock.now)  # wakes the workqueue: the event loop does not know that the clock moved
    await until(lambda: len(reconciled) == 2)
    clock.now += 1
    workqueue.enqueue(C, clock.now)
    await until(lambda: reconciled.count(1050.0) == 2)
    workqueue.stop()
    await task


async def test_no_more_reconciliations_run_than_there_are_workers() -> None:
    """Of three due connectors two are reconciled by two workers; one waits and is counted."""
    gate, started = asyncio.Event(), 0

    async def run(_key: Key) -> float | None:
        nonlocal started
        started += 1
        await gate.wait()
        return None

    workqueue = Workqueue(ManualClock(), workers=2)
    task = asyncio.create_task(workqueue.serve(run))
    for key in (A, B, C):
        workqueue.enqueue(key)
    await until(lambda: started == 2 and workqueue.depth == 1)
    gate.set()
    await until(lambda: started == 3)
    workqueue.stop()
    await task


async def test_stopping_finishes_what_is_in_progress_and_starts_nothing() -> None:
    """After `stop` a reconciliation in progress ends normally, and one that is due does not start."""
    gate, done = asyncio.Event(), []

    async def run(key: Key) -> float | None:
        await gate.wait()
        done.append(key)
        return 0.0

    workqueue = Workqueue(ManualClock(), workers=1)
    task = asyncio.create_task(workqueue.serve(run))
    workqueue.enqueue(A)
    workqueue.enqueue(B)
    await until(lambda: workqueue.depth == 1)
    workqueue.stop()
    gate.set()
    await task
    assert done == [A]


def test_keys_that_became_due_during_suspension_are_reconciled_within_seconds() -> None:
    """The clock of the event loop stops in a suspended machine; the wall clock counts."""
    wall = WallClock()

    async def scenario() -> None:
        await asyncio.sleep(100)
        wall.jumped = 3600.0
        await asyncio.sleep(6)

    reconciled, setbacks = run_virtually(serve_one(wall, 1800.0, scenario))
    assert len(reconciled) == 2
    assert reconciled[1] <= 100 + LONGEST_SLEEP
    assert setbacks == []


def test_a_clock_set_back_is_reported_and_all_keys_become_due() -> None:
    """Otherwise a key that is due in a minute would be due in an hour and a minute."""
    wall = WallClock()

    async def scenario() -> None:
        await asyncio.sleep(100)
        wall.jumped = -3600.0
        await asyncio.sleep(6)

    reconciled, setbacks = run_virtually(serve_one(wall, 1800.0, scenario))
    assert len(reconciled) == 2
    assert setbacks == [pytest.approx(3600.0)]


def test_a_clock_that_is_adjusted_is_not_set_back() -> None:
    """Any number of small corrections is ignored."""
    wall = WallClock()

    async def scenario() -> None:
        for _ in range(20):
            await asyncio.sleep(1)
            wall.jumped -= 0.5

    reconciled, setbacks = run_virtually(serve_one(wall, 1800.0, scenario))
    assert len(reconciled) == 1
    assert setbacks == []


def test_the_longest_wait_is_reported() -> None:
    """It is the wait of the first key without a worker."""

    async def scenario() -> float:
        wall, gate = WallClock(), asyncio.Event()

        async def run(_key: Key) -> float | None:
            await gate.wait()
            return None

        workqueue = Workqueue(wall, workers=1)
        task = asyncio.create_task(workqueue.serve(run))
        for key in (A, B):
            workqueue.enqueue(key)
        await asyncio.sleep(7)
        waited = workqueue.longest_wait
        gate.set()
        workqueue.stop()
        await task
        return waited

    assert run_virtually(scenario()) == pytest.approx(7.0)
