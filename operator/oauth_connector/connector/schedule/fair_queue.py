"""Connectors that wait for a slot or a worker: the namespace with the fewest places is next, then their order counts.

Thousands may wait, and the next one is taken after every request: so only the front of the queue is examined.
"""

import heapq
import itertools
from collections.abc import Mapping

from oauth_connector.connector.observation import Key

Rank = tuple[int, float]
"""Order of the queue: in doubt, a first token (0), a refresh (1) by its expiry, a first token that failed (2)."""

_Ticket = tuple[Rank, int]


class FairQueue:
    """Keys by rank, then by arrival: a heap for each namespace, and one of the namespaces by their first.

    An entry that is no longer valid (its key was removed, its namespace has another first) is dropped when it reaches
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
        """Add a key; one that waits already gets a new place."""
        ticket = (rank, next(self._numbers))
        self._tickets[key] = ticket
        heapq.heappush(self._queues.setdefault(key.namespace, []), (ticket, key))
        self._update_front(key.namespace)

    def discard(self, key: Key) -> None:
        """Remove a key, if it waits."""
        if self._tickets.pop(key, None) is not None:
            self._update_front(key.namespace)

    def take(self, busy: Mapping[str, int]) -> Key | None:
        """Remove and return the first key of the namespace that has the fewest places (max-min fairness).

        `busy` counts the places that each namespace has. Only namespaces with a place are searched beyond the first.
        """
        aside: list[tuple[_Ticket, str]] = []
        found: str | None = None
        while self._front and found is None:
            entry = heapq.heappop(self._front)
            if self._firsts.get(entry[1]) != entry[0]:
                continue
            if busy.get(entry[1]):
                aside.append(entry)
            else:
                found = entry[1]
        if found is None and aside:
            found = min(aside, key=lambda entry: (busy[entry[1]], entry[0]))[1]
        for entry in aside:
            if entry[1] != found:
                heapq.heappush(self._front, entry)
        return self._pop_first(found) if found is not None else None

    def _pop_first(self, namespace: str) -> Key:
        key = self._queues[namespace][0][1]
        del self._firsts[namespace]
        self.discard(key)
        return key

    def _update_front(self, namespace: str) -> None:
        """Put the first key of a namespace to the front, if it has one."""
        queue = self._queues[namespace]
        while queue and self._tickets.get(queue[0][1]) != queue[0][0]:
            heapq.heappop(queue)
        if not queue:
            del self._queues[namespace]
            self._firsts.pop(namespace, None)
        elif self._firsts.get(namespace) != queue[0][0]:
            self._firsts[namespace] = queue[0][0]
            heapq.heappush(self._front, (queue[0][0], namespace))
