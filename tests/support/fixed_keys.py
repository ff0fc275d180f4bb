"""Keys of consents that a test knows."""

from oauth_connector.consent_protocol.sealing import ConsentKeys

KEYS = ConsentKeys(bytes(range(32)))


class FixedKeys:
    """Implements `ports.ConsentKeyReader` with keys that are always the same."""

    async def load(self) -> ConsentKeys:
        """Give them."""
        return KEYS
