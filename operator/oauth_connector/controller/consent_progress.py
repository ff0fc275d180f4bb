"""What the reconciliation of consents returns."""

from dataclasses import dataclass, replace

from oauth_connector.connector.observation import Connector, PendingCode


@dataclass(frozen=True, slots=True)
class ConsentProgress:
    """A code to exchange, if there is one, and when to requeue.

    `connector_at_check` is the connector for which the code was checked. The code may be sent for no other.
    """

    code: PendingCode | None = None
    requeue_at: float | None = None
    connector_at_check: Connector | None = None

    def combine(self, other: "ConsentProgress") -> "ConsentProgress":
        """Return both results as one: the first code, and the earlier time."""
        times = [requeue_at for requeue_at in (self.requeue_at, other.requeue_at) if requeue_at is not None]
        return replace(self if self.code is not None else other, requeue_at=min(times, default=None))

    def is_valid_for(self, connector: Connector) -> bool:
        """Return whether a connector sends the same requests as when the code was checked."""
        return self.connector_at_check is not None and self.connector_at_check.is_same_request(connector)
