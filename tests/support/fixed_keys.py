"""Keys of consents that a test knows."""

from oauth_connector.consent_protocol.sealing import ConsentKeys

KEYS = ConsentKeys(bytes(range(32)))


class FixedKeys:
    """Implements `ports.ConsentKeyReader` with constant keys."""

    async def load(self) -> ConsentKeys:
        """Return the keys."""
        return KEYS
