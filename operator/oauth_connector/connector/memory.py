"""What the process remembers of each connector between passes; a restart may forget all of it."""

from collections.abc import Iterable
from dataclasses import replace

from oauth_connector.connector.observation import ConnectorMemory, Key

_NOTHING = ConnectorMemory()


class Memory:
    """Recollections by connector. They are values: to change one is to put another."""

    def __init__(self) -> None:
        self._of: dict[Key, ConnectorMemory] = {}

    def of(self, key: Key) -> ConnectorMemory:
        """Give what is remembered of a connector."""
        return self._of.get(key, _NOTHING)

    def put(self, key: Key, memory: ConnectorMemory) -> None:
        """Remember this of a connector from now on."""
        self._of[key] = memory

    def set_back(self, keys: Iterable[Key], by: float) -> None:
        """Remember that the clock was set back by so many seconds while these connectors' tokens lived."""
        for key in keys:
            known = self.of(key)
            self.put(key, replace(known, set_back=known.set_back + by))

    def forget(self, key: Key) -> None:
        """Forget a connector that is gone."""
        self._of.pop(key, None)
