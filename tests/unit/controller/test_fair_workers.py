"""The workers are shared among the namespaces, however many connectors some of them have."""

import asyncio

import pytest

from oauth_connector.connector.observation import Key
from oauth_connector.controller.workqueue import Workqueue
from tests.support.virtual_time import run_virtually
from tests.unit.controller.test_workqueue import ManualClock, WallClock, until


async def test_slow_reconciliations_of_one_namespace_leave_workers_to_others() -> None:
    """While others wait, the workers are shared equally among the namespaces."""
    gate, reconciled = asyncio.Event(), list[Key]()

    async def run(key: Key) -> float | None:
        reconciled.append(key)
        await gate.wait()
        return None

    workqueue = Workqueue(ManualClock(), workers=4)
    for number in range(20):
        workqueue.enqueue(Key("crowd", f"c{number}"))
    workqueue.enqueue(Key("guest", "one"))
    workqueue.enqueue(Key("guest", "two"))
    task = asyncio.create_task(workqueue.serve(run))
    await until(lambda: len(reconciled) == 4)
    assert sorted(key.namespace for key in reconciled) == ["crowd", "crowd", "guest", "guest"]
    workqueue.stop()
    gate.set()
    await task


@pytest.mark.parametrize(("crowds", "connectors"), [(1, 2000), (2, 1000), (40, 50)])
def test_crowded_namespaces_do_not_starve_another(crowds: int, connectors: int) -> None:
    """Their reconciliations take 15 s each. That of another namespace starts as soon as one worker is free."""

    async def scenario() -> float:
        wall, started = WallClock(), asyncio.get_running_loop().create_future()

        async def run(key: Key) -> float | None:
            if key.namespace == "guest":
                started.set_result(wall())
            await asyncio.sleep(15)
            return None

        workqueue = Workqueue(wall)
        for crowd in range(crowds):
            for number in range(connectors):
                workqueue.enqueue(Key(f"crowd-{crowd}", f"c{number}"))
        task = asyncio.create_task(workqueue.serve(run))
        await asyncio.sleep(20)
        enqueued = wall()
        workqueue.enqueue(Key("guest", "one"))
        waited = await started - enqueued
        workqueue.stop()
        await task
        return float(waited)

    assert run_virtually(scenario()) <= 15
