"""Deletes concluded consents, and knows the consents of connectors that belong to another install."""

from oauth_connector.api.v1alpha1.consent import RETENTION
from oauth_connector.connector.observation import Key
from oauth_connector.controller.consent_progress import ConsentProgress
from oauth_connector.controller.ports import Clock, Cluster

ELSEWHERE_RETRY = 600.0
"""Seconds until a consent for a connector of another install is looked at again: that connector may be deleted."""

MOST_DELETIONS = 16
"""The number of concluded consents that one reconciliation deletes at most."""

DELETION_PAUSE = 1.0
"""Seconds until the next reconciliation after consents were deleted: there may be more."""


class ConcludedConsents:
    """The consents that succeeded or failed: they stay for a while, so that the requester can read the result."""

    def __init__(self, cluster: Cluster, clock: Clock) -> None:
        self._cluster = cluster
        self._clock = clock

    async def delete_old(self, key: Key) -> ConsentProgress:
        """Delete the concluded consents whose retention time has passed. The oldest that stays has a timer, no turn."""
        oldest = self._cluster.concluded_consents(key, MOST_DELETIONS)
        if not oldest or await self.is_elsewhere(key):
            return ConsentProgress(requeue_at=self._clock() + ELSEWHERE_RETRY if oldest else None)
        for consent in oldest:
            if consent.created + RETENTION > self._clock():
                return ConsentProgress(requeue_at=consent.created + RETENTION)
            await self._cluster.delete_consent(consent)
        return ConsentProgress(requeue_at=self._clock() + DELETION_PAUSE)

    async def is_elsewhere(self, key: Key) -> bool:
        """Return whether another install is responsible for a connector. The watch of consents may be ahead."""
        if self._cluster.connector(key) is not None:
            return False
        selected = await self._cluster.read_connector(key)
        return selected is None and await self._cluster.read_any_connector(key) is not None
