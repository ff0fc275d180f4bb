"""Objects as a watch delivers them: a benchmark that polled lists would measure its own lists."""

import asyncio
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

import orjson

from tests.bench.bare_client import BareClient
from tests.bench.connector_kinds import Manifest


class WatchedObjects:
    """The objects of one collection that have existed during the block, by name, and when each was first seen."""

    def __init__(self, client: BareClient, path: str, *, accept: str, selector: str = "") -> None:
        self.objects: dict[str, Manifest] = {}
        self.arrivals: dict[str, float] = {}
        self._client, self._accept = client, accept
        self._path = f"{path}?watch=1&resourceVersion=0&labelSelector={selector}"
        self._changed = asyncio.Condition()

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._follow())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def wait(self, condition: Callable[[], bool], within: float) -> None:
        """Wait for a condition that depends on the objects. Raises `TimeoutError`, and what ended the watch."""
        async with asyncio.timeout(within), self._changed:
            await self._changed.wait_for(lambda: condition() or self._task.done())
        if self._task.done():
            self._task.result()

    async def wait_for(self, name: str, within: float = 120) -> float:
        """Wait for an object, and return when it arrived, on the monotonic clock."""
        await self.wait(lambda: name in self.arrivals, within)
        return self.arrivals[name]

    async def _follow(self) -> None:
        """Follow the collection. The API server ends a watch while it updates a kind that is new to it."""
        try:
            while True:
                async for line in self._client.follow(self._path, self._accept):
                    await self._note(orjson.loads(line)["object"])
        finally:
            async with self._changed:
                self._changed.notify_all()

    async def _note(self, found: Manifest) -> None:
        name = found["metadata"]["name"]
        self.arrivals.setdefault(name, time.monotonic())
        self.objects[name] = found
        async with self._changed:
            self._changed.notify_all()
