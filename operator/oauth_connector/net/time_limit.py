"""A time limit of a request that reads what has arrived before it ends the request.

A process that was suspended finds two things at once: the time is over, and the response is in the socket. The time-out
of asyncio cancels first, and the response is lost, which may contain the only valid refresh token.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

READING_TURNS = 100
"""Turns of the event loop after the deadline, each of which polls all sockets: enough to read and parse a megabyte."""


@asynccontextmanager
async def limit_time(seconds: float) -> AsyncIterator["TimeLimit"]:
    """Cancel the block after so many seconds, once it has read what has arrived. Raises `TimeoutError`."""
    async with asyncio.timeout(None) as timeout:
        limit = TimeLimit(timeout)
        limit.restart(seconds)
        try:
            yield limit
        finally:
            limit.cancel()


class TimeLimit:
    """Lets the event loop poll its sockets when the time is over, and expires the time-out after that."""

    def __init__(self, timeout: asyncio.Timeout) -> None:
        self._timeout = timeout
        self._loop = asyncio.get_running_loop()
        self._turns = READING_TURNS
        self._next: asyncio.Handle | None = None

    def restart(self, seconds: float) -> None:
        """Replace the deadline: it is so many seconds from now."""
        self.cancel()
        self._turns = READING_TURNS
        self._next = self._loop.call_later(seconds, self._take_turn)

    def cancel(self) -> None:
        """Never expire."""
        if self._next is not None:
            self._next.cancel()

    def _take_turn(self) -> None:
        self._turns -= 1
        if self._turns:
            self._next = self._loop.call_soon(self._take_turn)
        else:
            self._timeout.reschedule(self._loop.time())
