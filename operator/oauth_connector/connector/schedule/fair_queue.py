"""Who waits for a place at a host, in order, with namespaces that may be passed over.

Thousands may wait, and whose turn it is is asked after every call: so nobody is looked at who is not at the front.
"""

import heapq
import itertools
from collections.abc import Collection

from oauth_connector.connector.observation import Key

Rank = tuple[int, float]
"""Order of the waiting: a first token (0), a refresh (1) by its expiry, a first token that was refused before (2)."""

_Ticket = tuple[Rank, int]


class FairQueue:
    """Keys by rank, then by arrival: a heap for each namespace, and one of the namespaces by their first.

    An entry that no longer counts (its key was taken out, its namespace has another first) is dropped when it comes to
    the front of its heap.
    """

    def __init__(self) -> None:
        self._tickets: dict[Key, _Ticket] = {}
        self._queues: dict[str, list[tuple[_Ticket, Key]]] = {}
        self._firsts: dict[str, _Ticket] = {}
        self._front: list[tuple[_Ticket, str]] = []
        self._numbers = itertools.count()

    def __len__(self) -> int:
        return len(self._tickets)

    def __contains__(self, key: Key) -> bool:
        return key in self._tickets

    def put(self, key: Key, rank: Rank) -> None:
        """Let a key wait; one that waits already waits anew."""
        ticket = (rank, next(self._numbers))
        self._tickets[key] = ticket
        heapq.heappush(self._queues.setdefault(key.namespace, []), (ticket, key))
        self._show(key.namespace)

    def discard(self, key: Key) -> None:
        """Take a key out, if it waits."""
        if self._tickets.pop(key, None) is not None:
            self._show(key.namespace)

    def has_others(self, namespace: str) -> bool:
        """Tell whether anybody of another namespace waits."""
        return len(self._firsts) > (namespace in self._firsts)

    def take(self, passed_over: Collection[str] = ()) -> Key | None:
        """Take out the first whose namespace is not passed over; if there is none but such, the first of all."""
        aside: list[tuple[_Ticket, str]] = []
        found: str | None = None
        while self._front and found is None:
            entry = heapq.heappop(self._front)
            if self._firsts.get(entry[1]) != entry[0]:
                continue
            if entry[1] in passed_over:
                aside.append(entry)
            else:
                found = entry[1]
        if found is None and aside:
            found = aside.pop(0)[1]
        for entry in aside:
            heapq.heappush(self._front, entry)
        return self._taken(found) if found is not None else None

    def _taken(self, namespace: str) -> Key:
        key = self._queues[namespace][0][1]
        del self._firsts[namespace]
        self.discard(key)
        return key

    def _show(self, namespace: str) -> None:
        """Let the namespace stand in front with its first, or not at all."""
        queue = self._queues[namespace]
        while queue and self._tickets.get(queue[0][1]) != queue[0][0]:
            heapq.heappop(queue)
        if not queue:
            del self._queues[namespace]
            self._firsts.pop(namespace, None)
        elif self._firsts.get(namespace) != queue[0][0]:
            self._firsts[namespace] = queue[0][0]
            heapq.heappush(self._front, (queue[0][0], namespace))
