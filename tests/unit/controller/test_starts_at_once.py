"""The workqueue starts a few reconciliations at once, so that the event loop serves others between them."""

import asyncio
from itertools import pairwise

from oauth_connector.connector.observation import Key
from oauth_connector.controller.workqueue import Workqueue
from tests.support.polling import eventually

FEW = 4
"""So many reconciliations take little more than a millisecond."""


async def test_other_work_goes_on_while_many_reconciliations_have_nothing_to_do() -> None:
    """When the operator starts, thousands end at once; a response for another connector does not wait for all."""
    loop, ended, seen = asyncio.get_running_loop(), 0, list[int]()

    def look() -> None:
        seen.append(ended)
        if ended < 1000:
            loop.call_soon(look)

    async def run(_key: Key) -> float | None:
        nonlocal ended
        ended += 1
        return None

    workqueue = Workqueue(lambda: 1000.0)
    for number in range(1000):
        workqueue.enqueue(Key("n", str(number)))
    task = asyncio.create_task(workqueue.serve(run))
    look()
    await eventually(lambda: ended == 1000)
    workqueue.stop()
    await task
    assert max(later - earlier for earlier, later in pairwise(seen)) <= FEW


async def test_what_waits_is_started_while_the_first_ones_wait() -> None:
    """All workers are used, though only a few reconciliations are started at once."""
    gate, running = asyncio.Event(), 0

    async def run(_key: Key) -> float | None:
        nonlocal running
        running += 1
        await gate.wait()
        return None

    workqueue = Workqueue(lambda: 1000.0, workers=64)
    for number in range(100):
        workqueue.enqueue(Key("n", str(number)))
    task = asyncio.create_task(workqueue.serve(run))
    await eventually(lambda: running == 64)
    gate.set()
    await eventually(lambda: running == 100)
    workqueue.stop()
    await task
