"""The scheduler: one pass at a time for a connector, at its time, with a clock of the test's own."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oauth_connector.connector.observation import Key
from oauth_connector.controller.workqueue import LONGEST_SLEEP, SLACK, DeadlineQueue, Workqueue
from tests.support.virtual_time import run_virtually

A, B, C = Key("n", "a"), Key("n", "b"), Key("n", "c")


class Wall:
    """A wall clock that goes with the event loop's, until it jumps."""

    def __init__(self) -> None:
        self.jumped = 0.0

    def __call__(self) -> float:
        """Give the time."""
        return 1_000_000.0 + asyncio.get_running_loop().time() + self.jumped


class Hand:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """Give the time."""
        return self.now


async def passes_of(wall: Wall, pause: float, story: Callable[[], Awaitable[None]]) -> tuple[list[float], list[float]]:
    """Serve a key that wants a call every `pause` seconds; give when it was called, and the setbacks that were told."""
    loop = asyncio.get_running_loop()
    came: list[float] = []
    setbacks: list[float] = []

    async def run(_key: Key) -> float | None:
        came.append(loop.time())
        return wall() + pause

    scheduler = Workqueue(run, wall, on_setback=setbacks.append)
    scheduler.enqueue(A)
    task = asyncio.create_task(scheduler.serve())
    await story()
    scheduler.stop()
    await task
    return came, setbacks


async def until(condition: Callable[[], bool]) -> None:
    """Let the loop run until something is so."""
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0)


def test_the_earliest_time_counts() -> None:
    """A key that is asked for twice is due once, at the earlier time."""
    timetable = DeadlineQueue()
    timetable.put(A, 20.0)
    timetable.put(A, 10.0)
    timetable.put(A, 30.0)
    assert list(timetable.due(15.0)) == [(A, 10.0)]
    assert list(timetable.due(100.0)) == []


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 100)), max_size=100))
def test_what_is_due_comes_in_order_and_once(puts: list[tuple[int, int]]) -> None:
    """Whatever is put, each key comes out once, earliest first."""
    timetable = DeadlineQueue()
    for number, at in puts:
        timetable.put(Key("n", str(number)), float(at))
    came = list(timetable.due(1000.0))
    assert [at for _, at in came] == sorted(at for _, at in came)
    assert Counter(key for key, _ in came) == Counter({Key("n", str(n)) for n, _ in puts})
    assert timetable.next() is None


async def test_a_key_never_has_two_passes_at_once() -> None:
    """A nudge during a pass is followed by another pass, not joined by one."""
    running, most, passes = Counter[Key](), 0, 0
    gate = asyncio.Event()

    async def run(key: Key) -> float | None:
        nonlocal most, passes
        running[key] += 1
        passes += 1
        most = max(most, running[key])
        await gate.wait()
        running[key] -= 1
        return None

    scheduler = Workqueue(run, Hand())
    task = asyncio.create_task(scheduler.serve())
    scheduler.enqueue(A)
    await until(lambda: passes == 1)
    scheduler.enqueue(A)
    scheduler.enqueue(A)
    gate.set()
    await until(lambda: passes == 2)
    scheduler.stop()
    await task
    assert most == 1


async def test_a_pass_is_made_again_at_the_time_it_asked_for() -> None:
    """What a pass returns is its next time, on the wall clock."""
    hand, came = Hand(), []

    async def run(_key: Key) -> float | None:
        came.append(hand.now)
        return hand.now + 50

    scheduler = Workqueue(run, hand)
    task = asyncio.create_task(scheduler.serve())
    scheduler.enqueue(A)
    await until(lambda: len(came) == 1)
    hand.now += 49
    scheduler.enqueue(B, hand.now)  # wakes the scheduler: the clock moved, nobody told the event loop
    await until(lambda: len(came) == 2)
    hand.now += 1
    scheduler.enqueue(C, hand.now)
    await until(lambda: came.count(1050.0) == 2)
    scheduler.stop()
    await task


async def test_no_more_passes_run_than_there_are_workers() -> None:
    """Three due connectors and two workers: two passes run, one waits and is counted."""
    gate, started = asyncio.Event(), 0

    async def run(_key: Key) -> float | None:
        nonlocal started
        started += 1
        await gate.wait()
        return None

    scheduler = Workqueue(run, Hand(), workers=2)
    task = asyncio.create_task(scheduler.serve())
    for key in (A, B, C):
        scheduler.enqueue(key)
    await until(lambda: started == 2 and scheduler.depth == 1)
    gate.set()
    await until(lambda: started == 3)
    scheduler.stop()
    await task


async def test_stopping_finishes_what_is_in_flight_and_starts_nothing() -> None:
    """After `stop` a pass under way ends as it would have, and one that is due stays undone."""
    gate, done = asyncio.Event(), []

    async def run(key: Key) -> float | None:
        await gate.wait()
        done.append(key)
        return 0.0

    scheduler = Workqueue(run, Hand(), workers=1)
    task = asyncio.create_task(scheduler.serve())
    scheduler.enqueue(A)
    scheduler.enqueue(B)
    await until(lambda: scheduler.depth == 1)
    scheduler.stop()
    gate.set()
    await task
    assert done == [A]


def test_what_fell_due_while_the_machine_slept_is_passed_within_seconds() -> None:
    """The event loop's clock stands still in a suspended machine; the wall clock is what counts."""
    wall = Wall()

    async def story() -> None:
        await asyncio.sleep(100)
        wall.jumped = 3600.0
        await asyncio.sleep(6)

    came, setbacks = run_virtually(passes_of(wall, 1800.0, story))
    assert len(came) == 2
    assert came[1] <= 100 + LONGEST_SLEEP
    assert setbacks == []


def test_a_clock_set_back_is_told_and_everybody_is_looked_at() -> None:
    """Else whatever is due in a minute would be due in an hour and a minute."""
    wall = Wall()

    async def story() -> None:
        await asyncio.sleep(100)
        wall.jumped = -3600.0
        await asyncio.sleep(6)

    came, setbacks = run_virtually(passes_of(wall, 1800.0, story))
    assert len(came) == 2
    assert setbacks == [pytest.approx(3600.0)]


def test_a_clock_that_is_steered_is_not_set_back() -> None:
    """Small corrections go unnoticed, however many."""
    wall = Wall()

    async def story() -> None:
        for _ in range(20):
            await asyncio.sleep(1)
            wall.jumped -= 0.5

    came, setbacks = run_virtually(passes_of(wall, 1800.0, story))
    assert len(came) == 1
    assert setbacks == []


def test_the_longest_wait_is_told() -> None:
    """The age of the queue is that of the first who waits for a worker."""

    async def story() -> float:
        wall, gate = Wall(), asyncio.Event()

        async def run(_key: Key) -> float | None:
            await gate.wait()
            return None

        scheduler = Workqueue(run, wall, workers=1)
        task = asyncio.create_task(scheduler.serve())
        for key in (A, B):
            scheduler.enqueue(key)
        await asyncio.sleep(7)
        waited = scheduler.waited
        gate.set()
        scheduler.stop()
        await task
        return waited

    assert run_virtually(story()) == pytest.approx(7.0)


def test_a_key_that_is_asked_for_often_does_not_fill_the_memory() -> None:
    """Each nudge overtakes a far deadline; what was overtaken is thrown out now and then."""
    timetable = DeadlineQueue()
    for _ in range(10 * SLACK):
        timetable.put(A, 1e9)
        timetable.put(A, 1.0)
        list(timetable.due(2.0))
    assert len(timetable._heap) <= SLACK + 2


async def test_a_crowd_of_slow_passes_leaves_workers_to_others() -> None:
    """While others wait, the connectors of one namespace hold half of the workers and no more."""
    gate, came = asyncio.Event(), list[Key]()

    async def run(key: Key) -> float | None:
        came.append(key)
        await gate.wait()
        return None

    scheduler = Workqueue(run, Hand(), workers=4)
    for number in range(20):
        scheduler.enqueue(Key("crowd", f"c{number}"))
    scheduler.enqueue(Key("guest", "one"))
    scheduler.enqueue(Key("guest", "two"))
    task = asyncio.create_task(scheduler.serve())
    await until(lambda: len(came) == 4)
    assert sorted(key.namespace for key in came) == ["crowd", "crowd", "guest", "guest"]
    scheduler.stop()
    gate.set()
    await task
