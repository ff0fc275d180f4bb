"""Clients that a server has limited with `Retry-After`: nothing is sent for them there until it has passed.

A limit belongs to a client. Another client of the same namespace has not used it up, and the same client of another
namespace may be a claim of its user only.
"""

from typing import NamedTuple

MOST_ENDED = 1000
"""The number of limits above which those that have ended are deleted."""


class LimitedClient(NamedTuple):
    """A client of a namespace at a server: scheme, host and port."""

    origin: str
    namespace: str
    client: str


class ClientLimits:
    """The ends of the limits, in seconds since the epoch."""

    def __init__(self) -> None:
        self._ends: dict[LimitedClient, float] = {}

    def __len__(self) -> int:
        return len(self._ends)

    def limit(self, client: LimitedClient, until: float, now: float) -> None:
        """Send nothing for a client before a time, unless a longer limit is known."""
        self._ends[client] = max(self._ends.get(client, 0.0), until)
        if len(self._ends) > MOST_ENDED:
            self._ends = {known: end for known, end in self._ends.items() if end > now}

    def find_end(self, client: LimitedClient, now: float) -> float | None:
        """Return until when nothing is sent for a client; `None` if it may send."""
        until = self._ends.get(client, 0.0)
        if until > now:
            return until
        self._ends.pop(client, None)
        return None
