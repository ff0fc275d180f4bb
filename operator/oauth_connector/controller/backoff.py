"""Passes that fail by an exception are made again later: an API server that is away, or a bug of ours."""

import time
from collections.abc import Awaitable, Callable

import structlog

from oauth_connector.connector.observation import Key
from oauth_connector.controller.ports import Clock, ClusterUnavailable

LONGEST_PAUSE = 15.0

log = structlog.get_logger(__name__)

OnPass = Callable[[str, float], None]
"""Told of each pass: `done`, `unavailable` or `bug`, and its seconds."""


class Guarded:
    """Wraps the pass so that it never raises; pauses double from one second to fifteen while a connector's fails."""

    def __init__(self, run: Callable[[Key], Awaitable[float | None]], clock: Clock, on_pass: OnPass) -> None:
        self._run = run
        self._clock = clock
        self._on_pass = on_pass
        self._failures: dict[Key, int] = {}

    async def __call__(self, key: Key) -> float | None:
        """Make a pass; whatever happens, give the time of the next."""
        started = time.monotonic()
        result, at = await self._tried(key)
        self._on_pass(result, time.monotonic() - started)
        return at

    async def _tried(self, key: Key) -> tuple[str, float | None]:
        try:
            at = await self._run(key)
        except ClusterUnavailable as unavailable:
            log.warning("the Kubernetes API is away", connector=str(key), cause=str(unavailable))
            return "unavailable", self._again(key, unavailable.retry_after)
        except Exception:  # a bug in one pass must not end the refreshes of all others
            log.exception("a pass failed", connector=str(key))
            return "bug", self._again(key, None)
        self._failures.pop(key, None)
        return "done", at

    def _again(self, key: Key, retry_after: float | None) -> float:
        failures = self._failures[key] = self._failures.get(key, 0) + 1
        return self._clock() + max(retry_after or 0.0, min(LONGEST_PAUSE, 2.0 ** (failures - 1)))
