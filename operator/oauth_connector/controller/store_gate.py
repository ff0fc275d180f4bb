"""Lets requests whose responses must be stored in as fast as they are stored.

A response that is not stored yet is lost with the process, and may contain the only valid refresh token. When many
connectors are due at once, as after a start, responses arrive faster than the API server accepts them, and each waits
for those before it. Those that wait are let in by namespace: a server that is silent delays its own tenant.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from oauth_connector.connector.observation import Key
from oauth_connector.connector.schedule.fair_queue import FairQueue, Rank

FEWEST, MOST = 2, 32
"""The bounds of the number of requests between admission and storage."""

FIRST = 4
"""That number at the start of the process."""

SLOW = 0.1
"""Seconds from response to storage from which fewer requests are admitted; an idle API server needs a sixth of that."""

HOLD = 2.0
"""Seconds after which a request counts no more: its server is slow, or its response cannot be stored for long."""


class StoreGate:
    """A window of requests, which grows with each quick storage and is halved by a slow one."""

    def __init__(self) -> None:
        self._limit = float(FIRST)
        self._inside = Counter[str]()
        self._queue = FairQueue()
        self._turns: dict[Key, asyncio.Future[None]] = {}

    @asynccontextmanager
    async def admit(self, key: Key, rank: Rank, *, at_once: bool) -> AsyncIterator[None]:
        """Wait until a request may be sent, and count it for the length of the block, but not for long.

        A connector waits once at a time. With `at_once` nothing is awaited: a user waits, or the grace period of a
        server ends.
        """
        if at_once or (self._has_place and not self._queue):
            self._inside[key.namespace] += 1
        else:
            await self._wait(key, rank)
        counted = [True]

        def free() -> None:
            if counted:
                counted.clear()
                self._leave(key.namespace)

        hold = asyncio.get_running_loop().call_later(HOLD, free)
        try:
            yield
        finally:
            hold.cancel()
            free()

    def adapt(self, seconds: float) -> None:
        """Note how many seconds passed from a response to its storage."""
        quick = min(MOST, self._limit + 1 / self._limit)
        self._limit = max(FEWEST, self._limit / 2) if seconds > SLOW else quick
        self._wake()

    @property
    def limit(self) -> int:
        """The number of requests that are let in at once."""
        return int(self._limit)

    @property
    def _has_place(self) -> bool:
        return self._inside.total() < self.limit

    async def _wait(self, key: Key, rank: Rank) -> None:
        turn = self._turns[key] = asyncio.get_running_loop().create_future()
        self._queue.put(key, rank)
        try:
            await turn
        except asyncio.CancelledError:
            self._queue.discard(key)
            self._turns.pop(key, None)
            if turn.done() and not turn.cancelled():
                self._leave(key.namespace)
            raise

    def _leave(self, namespace: str) -> None:
        self._inside[namespace] -= 1
        self._inside += Counter()  # removes namespaces without requests
        self._wake()

    def _wake(self) -> None:
        """Let in those of the namespaces with the fewest requests."""
        while self._has_place and (key := self._queue.take(self._inside)) is not None:
            turn = self._turns.pop(key)
            if not turn.done():
                self._inside[key.namespace] += 1
                turn.set_result(None)
