"""Keys of consents that a test knows."""

from oauth_connector.consent_protocol.operator_keys import OperatorKeys
from oauth_connector.controller.ports import ClusterUnavailable

KEYS = OperatorKeys(bytes(range(32)))


class FixedKeys:
    """Implements `ports.OperatorKeyReader` with constant keys; a test may set `unavailable`, or other keys."""

    def __init__(self) -> None:
        self.keys = KEYS
        self.unavailable = False

    async def load(self) -> OperatorKeys:
        """Return the keys."""
        if self.unavailable:
            raise ClusterUnavailable("the operator's key")
        return self.keys
