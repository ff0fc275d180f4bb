"""Requests are let in as fast as their responses are stored: when thousands are due at once, few are ever at risk."""

import asyncio
import itertools

import pytest

from oauth_connector.connector.observation import Key
from oauth_connector.controller.store_gate import FIRST, HOLD, MOST, StoreGate
from tests.support.virtual_time import run_virtually

MANY = 400
STORAGE = 0.014
"""Seconds in which an API server stores one state Secret."""


_NUMBERS = itertools.count()


class Store:
    """An API server that stores one response after another; it notes the time from response to storage."""

    def __init__(self, seconds: float = STORAGE) -> None:
        self._seconds = seconds
        self._lock = asyncio.Lock()
        self.took: list[float] = []
        self.at_risk = 0
        self.most_at_risk = 0

    async def store(self) -> float:
        """Store a response, and return how long it was at risk."""
        loop = asyncio.get_running_loop()
        answered = loop.time()
        self.at_risk += 1
        self.most_at_risk = max(self.most_at_risk, self.at_risk)
        async with self._lock:
            await asyncio.sleep(self._seconds)
        self.at_risk -= 1
        self.took.append(loop.time() - answered)
        return self.took[-1]


async def refresh(
    gate: StoreGate, store: Store, response: float, namespace: str = "shop", *, at_once: bool = False
) -> None:
    """Send a request of another connector, whose response comes after so many seconds, and store it."""
    key = Key(namespace, f"crm-{next(_NUMBERS)}")
    async with gate.admit(key, (1, 0.0), at_once=at_once):
        await asyncio.sleep(response)
        gate.adapt(await store.store())


@pytest.mark.parametrize("response", [0.005, 0.05, 0.3, 1.5, 5.0])
def test_a_herd_is_let_in_as_fast_as_it_is_stored(response: float) -> None:
    """Without the gate each response would wait for those before it, up to MANY times the time of one storage."""

    async def scenario() -> Store:
        gate, store = StoreGate(), Store()
        await asyncio.gather(*(refresh(gate, store, response) for _ in range(MANY)))
        return store

    store = run_virtually(scenario())
    assert len(store.took) == MANY
    assert sorted(store.took)[MANY // 2] <= 10 * STORAGE
    assert max(store.took) <= (MOST + 2) * STORAGE
    assert store.most_at_risk <= MOST + 1


def test_a_herd_is_let_in_no_slower_than_it_is_stored() -> None:
    """The store has something to do all the time: the gate costs little."""

    async def scenario() -> float:
        gate, store = StoreGate(), Store()
        await asyncio.gather(*(refresh(gate, store, 0.05) for _ in range(MANY)))
        return asyncio.get_running_loop().time()

    assert run_virtually(scenario()) <= 1.15 * MANY * STORAGE


def test_a_silent_server_delays_no_other_for_long() -> None:
    """A request that is not answered counts for two seconds only."""

    async def scenario() -> float:
        gate, store, loop = StoreGate(), Store(), asyncio.get_running_loop()
        silent = [asyncio.create_task(refresh(gate, store, 60.0)) for _ in range(FIRST)]
        await asyncio.sleep(0)
        await refresh(gate, store, 0.05)
        passed = loop.time()
        await asyncio.gather(*silent)
        return passed

    assert HOLD <= run_virtually(scenario()) <= HOLD + 1


SILENT = 70.0
"""Seconds after which a request to a server that does not respond is given up."""


@pytest.mark.parametrize("silent", [MOST, 10 * MOST])
def test_the_silent_servers_of_a_tenant_do_not_delay_another_namespace(silent: int) -> None:
    """However many wait: a refresh of another namespace gets the next place, and thirty of them share the places."""

    async def scenario() -> list[float]:
        gate, store, loop = StoreGate(), Store(), asyncio.get_running_loop()
        crowd = [asyncio.create_task(refresh(gate, store, SILENT, "crowded")) for _ in range(silent)]
        await asyncio.sleep(0.01)
        began, passed = loop.time(), []

        async def refresh_other() -> None:
            await refresh(gate, store, 0.05, "other")
            passed.append(loop.time() - began)

        await asyncio.gather(*(refresh_other() for _ in range(30)))
        for task in crowd:
            task.cancel()
        await asyncio.gather(*crowd, return_exceptions=True)
        return passed

    passed = run_virtually(scenario())
    assert min(passed) <= HOLD + 0.1
    assert max(passed) <= HOLD + 30 * 0.1


def test_a_request_that_is_cancelled_while_it_waits_leaves_its_turn_to_others() -> None:
    """Also where its turn has come in the same moment."""

    async def scenario() -> float:
        gate, store, loop = StoreGate(), Store(), asyncio.get_running_loop()
        inside = [asyncio.create_task(refresh(gate, store, 1.0)) for _ in range(FIRST)]
        waiting = [asyncio.create_task(refresh(gate, store, 1.0, "other")) for _ in range(FIRST)]
        await asyncio.sleep(0.01)
        for task in (*inside, *waiting):
            task.cancel()
        await asyncio.gather(*inside, *waiting, return_exceptions=True)
        await asyncio.gather(*(refresh(gate, store, 0.05) for _ in range(FIRST)))
        return loop.time()

    assert run_virtually(scenario()) <= 0.01 + 0.05 + FIRST * STORAGE + 0.001


def test_a_request_in_doubt_does_not_wait() -> None:
    """A code does not wait, either: the time of both is limited."""

    async def scenario() -> float:
        gate, store, loop = StoreGate(), Store(), asyncio.get_running_loop()
        herd = [asyncio.create_task(refresh(gate, store, 1.0)) for _ in range(MANY)]
        await asyncio.sleep(0)
        await refresh(gate, store, 0.05, at_once=True)
        passed = loop.time()
        for task in herd:
            task.cancel()
        await asyncio.gather(*herd, return_exceptions=True)
        await refresh(gate, store, 0.05)  # cancelled requests leave the gate open
        return passed

    assert run_virtually(scenario()) <= 0.1
