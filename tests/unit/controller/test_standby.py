"""The workqueue of a process that stands by, and of one that begins to lead."""

import asyncio
from collections.abc import Callable

from oauth_connector.connector.observation import Key
from oauth_connector.controller.ports import Superseded
from oauth_connector.controller.workqueue import Workqueue, WorkqueueHooks
from tests.support.manual_clock import ManualClock

A, B = Key("n", "a"), Key("n", "b")


async def until(condition: Callable[[], bool]) -> None:
    """Let the event loop run until a condition holds."""
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0)


async def test_a_process_that_stands_by_reconciles_nothing_until_it_leads() -> None:
    """What is enqueued meanwhile is not lost, and counts as late from the moment at which the process leads."""
    leads, clock, late, reconciled = [False], ManualClock(1000.0), list[float](), list[Key]()

    async def run(key: Key) -> None:
        reconciled.append(key)

    workqueue = Workqueue(clock, WorkqueueHooks(on_start=late.append), may_start=lambda: leads[0])
    task = asyncio.create_task(workqueue.serve(run))
    workqueue.enqueue(A)
    workqueue.enqueue(B, 2000.0)
    for _ in range(20):
        await asyncio.sleep(0)
    assert (reconciled, workqueue.depth, workqueue.longest_wait) == ([], 0, 0.0)
    clock.now, leads[0] = 5000.0, True
    workqueue.restart()
    await until(lambda: len(reconciled) == 2)
    assert (set(reconciled), late) == ({A, B}, [0.0, 0.0])
    workqueue.stop()
    await task


async def test_a_superseded_reconciliation_is_repeated_when_the_process_leads_again() -> None:
    """It is no error, and has no backoff."""
    results, clock = list[str](), ManualClock(1000.0)
    leads = [True]

    async def run(_key: Key) -> None:
        if len(results) == 0:
            leads[0] = False
            raise Superseded("another process leads")

    hooks = WorkqueueHooks(on_result=lambda result, _seconds: results.append(result))
    workqueue = Workqueue(clock, hooks, may_start=lambda: leads[0])
    task = asyncio.create_task(workqueue.serve(run))
    workqueue.enqueue(A)
    await until(lambda: results == ["superseded"])
    leads[0] = True
    workqueue.restart()
    await until(lambda: results == ["superseded", "success"])
    workqueue.stop()
    await task
