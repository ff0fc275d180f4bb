"""Keys of consents that a test knows."""

from oauth_connector.consent_protocol.operator_keys import OperatorKeys
from oauth_connector.controller.ports import ClusterUnavailable
from oauth_connector.oauth.signing_key import SigningKey

KEYS = OperatorKeys(bytes(range(32)))


class FixedKeys:
    """Implements `ports.OperatorKeyReader` with constant keys; a test may set `unavailable`, or other keys."""

    def __init__(self) -> None:
        self.keys = KEYS
        self.unavailable = False
        self.publishes = True

    async def load(self) -> OperatorKeys:
        """Return the keys."""
        if self.unavailable:
            raise ClusterUnavailable("the operator's key")
        return self.keys

    async def load_client_key(self) -> SigningKey:
        """Return the key of clients with metadata documents; a test may let the publication fail."""
        if not self.publishes:
            raise ClusterUnavailable("the public keys of clients")
        return (await self.load()).client_key
