"""Pauses between retries, spread at random so that many clients do not return at once."""

import asyncio
import random
from collections.abc import Callable, Iterator

Spread = Callable[[float, float], float]
"""Returns a number between two bounds."""


class Backoff:
    """Pauses in seconds that double from `first` to `longest`, each times a random factor between 0.5 and 1.5.

    As an iterable it yields such pauses without an end, from the first one on.
    """

    def __init__(self, first: float, longest: float, spread: Spread = random.uniform) -> None:
        self._first = first
        self._longest = longest
        self._spread = spread
        self._next = first

    def __iter__(self) -> Iterator[float]:
        backoff = Backoff(self._first, self._longest, self._spread)
        while True:
            yield backoff.next_pause()

    def next_pause(self, at_least: float | None = None) -> float:
        """Return the next pause; `at_least` is the pause that the server requires."""
        pause = self._next * self._spread(0.5, 1.5)
        self._next = min(self._next * 2, self._longest)
        return max(at_least or 0.0, pause)

    async def wait(self, at_least: float | None = None) -> None:
        """Wait for the next pause; `at_least` is the pause that the server requires, in seconds."""
        await asyncio.sleep(self.next_pause(at_least))

    def reset(self) -> None:
        """Begin with the first pause again."""
        self._next = self._first
