"""Faults of the API server, as values for the faulty proxy before it."""

import json
from dataclasses import dataclass

from aiohttp import web


@dataclass(frozen=True, slots=True)
class Refuse:
    """Respond in place of the server."""

    status: int
    retry_after: str | None = None
    body: bytes | None = None

    def response(self) -> web.Response:
        """Return the response: a `Status` unless a body is given."""
        headers = {"Retry-After": self.retry_after} if self.retry_after else {}
        document = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": self.status, "reason": "Chaos"}
        body = self.body if self.body is not None else json.dumps(document).encode()
        kind = "text/html" if self.body is not None else "application/json"
        return web.Response(status=self.status, headers=headers, body=body, content_type=kind)


@dataclass(frozen=True, slots=True)
class Slow:
    """Wait this number of seconds before the request is forwarded."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Lose:
    """Forward the request, and break the connection instead of a response: the write was done."""


@dataclass(frozen=True, slots=True)
class Silence:
    """Suppress all events of a watch from now on, and keep its connection."""


@dataclass(frozen=True, slots=True)
class FailWatch:
    """Send an error event on a watch, and end it."""

    code: int


@dataclass(frozen=True, slots=True)
class Drop:
    """Remove events of one type from a watch."""

    kind: str


RequestFault = Refuse | Slow | Lose
WatchFault = Refuse | Silence | FailWatch | Drop
