"""When a bare client starts with each item: 64 at a time, one after another, or at an even pace."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterable
from typing import Protocol, TypeVar

IN_FLIGHT = 64

T = TypeVar("T")
Work = Callable[[T], Coroutine[None, None, None]]


class Pace(Protocol):
    """Calls a function for each item."""

    async def __call__(self, items: Iterable[T], work: Work[T]) -> None:
        """Return when all calls have ended."""


async def many_at_once(items: Iterable[T], work: Work[T]) -> None:
    """Call a function for each item, 64 at a time."""
    upcoming = iter(items)

    async def worker() -> None:
        await one_by_one(upcoming, work)

    await asyncio.gather(*(worker() for _ in range(IN_FLIGHT)))


async def one_by_one(items: Iterable[T], work: Work[T]) -> None:
    """Call a function for each item, after the call for the one before."""
    for item in items:
        await work(item)


def evenly(seconds: float) -> Pace:
    """Return a pace of one call in so many seconds, whether or not earlier calls have ended."""

    async def start_evenly(items: Iterable[T], work: Work[T]) -> None:
        started = time.monotonic()
        async with asyncio.TaskGroup() as calls:
            for number, item in enumerate(items):
                await asyncio.sleep(started + number * seconds - time.monotonic())
                calls.create_task(work(item))

    return start_evenly
