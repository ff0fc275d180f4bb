"""Lets requests whose responses must be stored in as fast as they are stored.

A response that is not stored yet is lost with the process, and may contain the only valid refresh token. When many
connectors are due at once, as after a start, responses arrive faster than the API server accepts them, and each waits
for those before it.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

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
        self._inside = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    @asynccontextmanager
    async def admit(self, *, at_once: bool) -> AsyncIterator[None]:
        """Wait until a request may be sent, and count it for the length of the block, but not for long.

        With `at_once` nothing is awaited: a user waits, or the grace period of a server ends.
        """
        if at_once or (self._inside < int(self._limit) and not self._waiting):
            self._inside += 1
        else:
            await self._wait()
        counted = [True]

        def free() -> None:
            if counted:
                counted.clear()
                self._inside -= 1
                self._wake()

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

    async def _wait(self) -> None:
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._inside -= 1
                self._wake()
            raise

    def _wake(self) -> None:
        while self._waiting and self._inside < int(self._limit):
            turn = self._waiting.popleft()
            if not turn.done():
                self._inside += 1
                turn.set_result(None)
