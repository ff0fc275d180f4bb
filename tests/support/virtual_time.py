"""An event loop without waiting: when there is nothing to do, its clock moves to the next timer.

The code under test is unchanged; its timers and time-outs are those of the loop. (Libraries for this wait in real time
between virtual moments, for other threads. A simulation of years has no other threads.)
"""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class _Leaping(selectors.DefaultSelector):
    """A selector that does not wait; it adds the time-out to the clock."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Return the files that are ready; if there are none, advance the clock.

        While there is other work (a time-out of zero), the files are not looked at: that costs a call of the system.
        """
        ready = super().select(0) if timeout != 0 else []
        if not ready:
            if timeout is None:
                raise RuntimeError("everybody waits, and for nothing that time will bring")
            self.now += timeout
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop whose `time` begins at 0 and moves from timer to timer."""

    def __init__(self) -> None:
        self._leaping = _Leaping()
        super().__init__(self._leaping)
        self._clock_resolution = 1e-6  # after a year of seconds a float knows no nanoseconds

    def time(self) -> float:
        """Return the virtual seconds since the loop was created."""
        return self._leaping.now


def run_virtually(main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end in virtual time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)
