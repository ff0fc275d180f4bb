"""Pauses by key: until when nothing is sent. Those that have ended are forgotten, however many keys there were."""

from collections.abc import Hashable
from typing import Generic, TypeVar

from oauth_connector.connector.schedule.refresh_time import MINIMUM_GAP
from oauth_connector.connector.status.problem import Problem

FAILED_PAUSE = 30.0
"""Seconds without another request of the same kind for a connector after one that failed."""

MOST_ENDED = 1000
"""The number of pauses above which those that have ended are deleted."""

Paused = TypeVar("Paused", bound=Hashable)


def compute_pause(result: object) -> float:
    """Return the pause after a request of a consent, in seconds: after a problem as long as the provider demands."""
    if not isinstance(result, Problem):
        return MINIMUM_GAP
    demanded = result.signal.retry_after if result.signal is not None else None
    return max(FAILED_PAUSE, demanded or 0.0)


class Pauses(Generic[Paused]):
    """The ends of pauses, in seconds since the epoch."""

    def __init__(self) -> None:
        self._ends: dict[Paused, float] = {}

    def __len__(self) -> int:
        return len(self._ends)

    def extend(self, key: Paused, until: float, now: float) -> None:
        """Send nothing for a key before a time, unless a longer pause is known."""
        self._ends[key] = max(self._ends.get(key, 0.0), until)
        if len(self._ends) > MOST_ENDED:
            self._ends = {known: end for known, end in self._ends.items() if end > now}

    def find_end(self, key: Paused, now: float) -> float | None:
        """Return until when nothing is sent for a key; `None`: now."""
        until = self._ends.get(key, 0.0)
        if until > now:
            return until
        self._ends.pop(key, None)
        return None
