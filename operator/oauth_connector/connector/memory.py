"""What the process remembers of each connector between reconciliations; a restart may forget all of it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from oauth_connector.connector.observation import ConnectorMemory, Key

_EMPTY = ConnectorMemory()

MOST_WAITING = 32 * 1024 * 1024
"""Characters of all tokens that wait to be published: ten thousand usual ones."""

MOST_WAITING_IN_NAMESPACE = 4 * 1024 * 1024
"""Characters of the tokens of one namespace that wait: no tenant fills the memory for everybody."""


class Memory:
    """One value for each connector. A change replaces the value."""

    def __init__(self) -> None:
        self._of: dict[Key, ConnectorMemory] = {}
        self._waiting: Counter[str] = Counter()

    def of(self, key: Key) -> ConnectorMemory:
        """Return what is remembered of a connector."""
        return self._of.get(key, _EMPTY)

    def put(self, key: Key, memory: ConnectorMemory) -> None:
        """Replace what is remembered of a connector. A token for which there is no space is not kept."""
        self.forget(key)
        size = memory.pending.size if memory.pending is not None else 0
        if size and not self._has_space(key.namespace, size):
            memory, size = replace(memory, pending=None), 0
        if size:
            self._waiting[key.namespace] += size
        self._of[key] = memory

    def _has_space(self, namespace: str, size: int) -> bool:
        within = self._waiting[namespace] + size <= MOST_WAITING_IN_NAMESPACE
        return within and self._waiting.total() + size <= MOST_WAITING

    def take_former(self, key: Key, uid: str) -> ConnectorMemory | None:
        """Return and forget what is remembered of another connector of this name, if anything is.

        A connector that is deleted and created again at once is not seen as deleted. What the process knows of the
        first one, such as a token that waits or the Secrets that it has verified, is no business of the second. The
        same holds for what has no UID: a reconciliation that began before everything was forgotten may have noted it.
        """
        known = self.of(key)
        if known.uid == uid:
            return None
        kept = ConnectorMemory(uid=uid, arrived=known.arrived)
        if known.uid:
            self.put(key, kept)
            return known
        self.put(key, replace(kept, set_back=known.set_back, last_call=known.last_call))
        return None

    def note_arrival(self, key: Key, at: float) -> None:
        """Remember when this install became responsible for a connector, in seconds since the epoch."""
        self.put(key, replace(self.of(key), arrived=at))

    def note_version(self, key: Key, version: str) -> None:
        """Remember a version of a Secret that this process has written, or has verified."""
        self.put(key, self.of(key).with_known_version(version))

    def set_back(self, keys: Iterable[Key], by: float) -> None:
        """Remember that the clock was set back by so many seconds during the lifetime of these connectors' tokens."""
        for key in keys:
            known = self.of(key)
            self.put(key, replace(known, set_back=known.set_back + by))

    def clear(self) -> None:
        """Forget everything: another process has reconciled the connectors meanwhile."""
        self._of.clear()
        self._waiting.clear()

    def forget(self, key: Key) -> None:
        """Forget a deleted connector."""
        known = self._of.pop(key, _EMPTY)
        if known.pending is None:
            return
        self._waiting[key.namespace] -= known.pending.size
        if not self._waiting[key.namespace]:
            del self._waiting[key.namespace]
