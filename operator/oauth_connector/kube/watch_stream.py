"""Following a watch: one stream of events from the API server, and how long to rest after one that failed."""

import asyncio
import random
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

import orjson

from oauth_connector.kube.client import METADATA, KubeAPI
from oauth_connector.kube.errors import KubeError, refusal
from oauth_connector.kube.listing import Source


@dataclass(frozen=True, slots=True)
class WatchTiming:
    """How patient an informer is, in seconds.

    The server ends a `stream` itself, often after a bookmark, which is promised to nobody; where no byte comes for the
    time of a `silence`, the connection is dead. A `relist` finds what events have not told. After failures come pauses
    from the `first` to the `longest`.
    """

    stream: int = 25
    silence: float = 28.0
    relist: float = 600.0
    first: float = 0.5
    longest: float = 10.0


@dataclass(slots=True)
class Pauses:
    """Pauses that double while nothing works, spread so that many do not come back at once."""

    pace: WatchTiming
    _next: float = field(default=0.0, init=False)

    async def rest(self, at_least: float | None = None) -> None:
        """Wait, and longer the next time; `at_least` is what the server asked for, in seconds."""
        pause = self._next or self.pace.first
        self._next = min(pause * 2, self.pace.longest)
        await asyncio.sleep(max(at_least or 0.0, pause * random.uniform(0.5, 1.5)))  # noqa: S311  # spreads retries

    def reset(self) -> None:
        """Begin with short ones again."""
        self._next = 0.0


async def stream_events(
    api: KubeAPI, source: Source, version: str, pace: WatchTiming
) -> AsyncGenerator[Mapping[str, Any], None]:
    """Give the events after a version, bookmarks among them, as `{type, object: PartialObjectMetadata}`.

    Ends when the server ends the stream. Raises `KubeError`: status 0 where the connection failed or was silent, else
    the server's own, which may also come as an event (410: the version is too old).
    """
    query = {
        "labelSelector": source.selector,
        "watch": "true",
        "allowWatchBookmarks": "true",
        "resourceVersion": version,
        "timeoutSeconds": str(pace.stream),
    }
    async with aclosing(api.lines(source.path, query, METADATA, pace.silence)) as lines:
        async for line in lines:
            event = _read(line)
            if event["type"] == "ERROR":
                status = event["object"]
                raise refusal(int(status.get("code") or 500), status)
            yield event


def _read(line: bytes) -> Mapping[str, Any]:
    """Read a line; one that is no event has come from something that is not the API server."""
    try:
        event = orjson.loads(line)
    except orjson.JSONDecodeError:
        event = None
    if not isinstance(event, dict) or not isinstance(event.get("object"), dict) or "type" not in event:
        raise KubeError(0, "NotAnEvent")
    return event
