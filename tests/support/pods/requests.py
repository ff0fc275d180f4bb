"""What the authorization server in the cluster saw: when each client requested tokens."""

import itertools
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from devtools.cluster.pod_cluster import PodCluster
from tests.support.pods.events import events

SOONEST = 5.0
"""Seconds between two requests of one connector at least: a healthy operator waits ten seconds."""


class ProviderLog:
    """The events of the authorization server since a moment, in seconds since the epoch."""

    def __init__(self, cluster: PodCluster, since: float = 0) -> None:
        self._events = [event for event in events(cluster, "deployment/provider") if event["time"] >= since]

    def times(self, kind: str, clients: Collection[str]) -> Mapping[str, Sequence[float]]:
        """Return the times of the events `request`, `token` or `reuse`, by client."""
        found: dict[str, list[float]] = defaultdict(list)
        for event in self._events:
            if event["event"] == kind and event["client"] in clients:
                found[event["client"]].append(event["time"])
        return found

    def double_requests(self, clients: Collection[str]) -> list[str]:
        """Return the clients that requested two tokens at once, with the seconds between the requests."""
        found = self.times("request", clients)
        return [
            f"{name}: {b - a:.1f} s" for name in found for a, b in itertools.pairwise(found[name]) if b - a < SOONEST
        ]

    def missed_refreshes(self, clients: Collection[str], lifetime: float) -> list[str]:
        """Return the clients whose token expired before the next one, with the seconds between the two."""
        found = self.times("token", clients)
        return [
            f"{name}: {b - a:.1f} s" for name in found for a, b in itertools.pairwise(found[name]) if b - a > lifetime
        ]

    def refused(self, clients: Collection[str]) -> list[str]:
        """Return the clients that presented a refresh token twice."""
        return sorted(self.times("reuse", clients))
