"""Wait for the result of a background task by polling, with a deadline."""

import asyncio
from collections.abc import Callable

PATIENCE = 20.0


async def eventually(is_so: Callable[[], object], within: float = PATIENCE) -> None:
    """Wait for a condition. Raises `TimeoutError` after `within` seconds."""
    async with asyncio.timeout(within):
        while not is_so():
            await asyncio.sleep(0.005)
