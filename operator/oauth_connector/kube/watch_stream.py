"""One stream of events of a watch."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import orjson

from oauth_connector.kube.client import METADATA, KubeAPI
from oauth_connector.kube.errors import KubeError, build_error
from oauth_connector.kube.listing import INTERVAL, Source


@dataclass(frozen=True, slots=True)
class WatchTiming:
    """The intervals of an informer, in seconds.

    The server ends a `stream` itself, often after a bookmark, which is not guaranteed. Without a byte for the time of a
    `silence`, the connection counts as broken. A `relist` finds what events have missed. The pauses after failures grow
    from `first` to `longest`.
    """

    stream: int = 25
    silence: float = 28.0
    relist: float = INTERVAL
    first: float = 0.5
    longest: float = 10.0


async def stream_events(
    api: KubeAPI, source: Source, version: str, pace: WatchTiming
) -> AsyncGenerator[Mapping[str, Any], None]:
    """Yield the events after a version, with bookmarks, as `{type, object: PartialObjectMetadata}`.

    Ends when the server ends the stream. Raises `KubeError`: status 0 when the connection failed or was silent, else
    the error of the server, which may also be an event (410: the version is too old).
    """
    query = {
        "labelSelector": source.selector,
        "watch": "true",
        "allowWatchBookmarks": "true",
        "resourceVersion": version,
        "timeoutSeconds": str(pace.stream),
    }
    async with aclosing(api.read_lines(source.path, query, METADATA, pace.silence)) as lines:
        async for line in lines:
            event = _parse_event(line)
            if event["type"] == "ERROR":
                status = event["object"]
                raise build_error(int(status.get("code") or 500), status)
            yield event


def _parse_event(line: bytes) -> Mapping[str, Any]:
    """Parse a line. A line that is no event was not sent by the API server: raises `KubeError`."""
    try:
        event = orjson.loads(line)
    except orjson.JSONDecodeError:
        event = None
    if not isinstance(event, dict) or not isinstance(event.get("object"), dict) or "type" not in event:
        raise KubeError(0, "NotAnEvent")
    return event
