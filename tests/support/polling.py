"""Wait for the result of a background task or of another process by polling, with a deadline."""

import asyncio
import time
from collections.abc import Callable

PATIENCE = 20.0


async def eventually(is_so: Callable[[], object], within: float = PATIENCE) -> None:
    """Wait for a condition. Raises `TimeoutError` after `within` seconds."""
    async with asyncio.timeout(within):
        while not is_so():
            await asyncio.sleep(0.005)


def wait_until(is_so: Callable[[], object], what: str, within: float = PATIENCE, pause: float = 0.02) -> None:
    """Wait for a condition outside the event loop. Fails with a sentence after `within` seconds."""
    deadline = time.monotonic() + within
    while not is_so():
        assert time.monotonic() < deadline, f"not within {within:.0f} s: {what}"
        time.sleep(pause)
