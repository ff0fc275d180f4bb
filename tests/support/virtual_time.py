"""An event loop in which nobody waits: when nothing is left to do, its clock is at the next timer at once.

For the code under test nothing is changed, its timers and time-outs are the loop's own. (Libraries that do this step
through real time between virtual moments, to let foreign threads come in; in a simulation of years nothing is foreign.)
"""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class _Leaping(selectors.DefaultSelector):
    """Waits for files only as long as that takes no time; what it would have waited is added to the clock."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Give what is ready; if that is nothing, let the time pass."""
        ready = super().select(0)
        if not ready:
            if timeout is None:
                raise RuntimeError("everybody waits, and for nothing that time will bring")
            self.now += timeout
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """Its `time` begins at 0 and leaps from timer to timer."""

    def __init__(self) -> None:
        self._leaping = _Leaping()
        super().__init__(self._leaping)
        self._clock_resolution = 1e-6  # after a year of seconds a float knows no nanoseconds

    def time(self) -> float:
        """Give the virtual seconds since the loop was made."""
        return self._leaping.now


def run_virtually(main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end in virtual time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)
