"""What the process remembers of each connector between reconciliations; a restart may forget all of it."""

from collections.abc import Iterable
from dataclasses import replace

from oauth_connector.connector.observation import ConnectorMemory, Key

_EMPTY = ConnectorMemory()


class Memory:
    """One value for each connector. A change replaces the value."""

    def __init__(self) -> None:
        self._of: dict[Key, ConnectorMemory] = {}

    def of(self, key: Key) -> ConnectorMemory:
        """Return what is remembered of a connector."""
        return self._of.get(key, _EMPTY)

    def put(self, key: Key, memory: ConnectorMemory) -> None:
        """Replace what is remembered of a connector."""
        self._of[key] = memory

    def note_arrival(self, key: Key, at: float) -> None:
        """Remember when this install became responsible for a connector, in seconds since the epoch."""
        self.put(key, replace(self.of(key), arrived=at))

    def set_back(self, keys: Iterable[Key], by: float) -> None:
        """Remember that the clock was set back by so many seconds during the lifetime of these connectors' tokens."""
        for key in keys:
            known = self.of(key)
            self.put(key, replace(known, set_back=known.set_back + by))

    def clear(self) -> None:
        """Forget everything: another process has reconciled the connectors meanwhile."""
        self._of.clear()

    def forget(self, key: Key) -> None:
        """Forget a deleted connector."""
        self._of.pop(key, None)
