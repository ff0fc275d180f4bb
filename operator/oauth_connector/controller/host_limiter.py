"""Limits the token requests that are in flight at one host, and decides which connector is next.

The limiter is state without a clock or a task.

A host that is slow or overloaded must not delay refreshes at others, so each host has a queue of its own. A connector
that finds no free slot does not occupy a worker: its reconciliation ends, and it is enqueued when a slot is free. That
slot is reserved until the connector has entered it or has withdrawn.
"""

from collections import Counter
from dataclasses import dataclass, field

from oauth_connector.connector.observation import Key
from oauth_connector.connector.schedule.fair_queue import FairQueue, Rank

MOST_IDLE = 1000
"""The number of empty queues above which they are deleted, although some have a reduced limit."""

SLOTS = 16
"""The highest limit of token requests in flight at one host. 429, 503 and time-outs halve it, others raise it."""

RETRY_INTERVAL = 60.0
"""Seconds after which a waiting connector is reconciled again, in case its admission was lost."""


@dataclass(slots=True)
class _HostQueue:
    limit: float = SLOTS
    in_flight: Counter[str] = field(default_factory=Counter)
    admitted: set[Key] = field(default_factory=set)
    waiting: FairQueue = field(default_factory=FairQueue)

    @property
    def free(self) -> int:
        return int(self.limit) - self.in_flight.total() - len(self.admitted)

    @property
    def is_idle(self) -> bool:
        return not self.in_flight and not self.admitted and not self.waiting

    def count_slots(self) -> Counter[str]:
        """Return how many slots each namespace has."""
        return self.in_flight + Counter(key.namespace for key in self.admitted)

    @property
    def has_free_slot(self) -> bool:
        """Return whether a slot is free that no other connector waits for."""
        return self.free > 0 and not self.waiting

    def admit(self) -> list[Key]:
        """Admit the next connectors, as many as there are free slots."""
        admitted = []
        while self.waiting and self.free > 0 and (key := self.waiting.take(self.count_slots())) is not None:
            self.admitted.add(key)
            admitted.append(key)
        return admitted


class HostLimiter:
    """The queues of all hosts to which requests were sent recently."""

    def __init__(self) -> None:
        self._queues: dict[str, _HostQueue] = {}
        self._host: dict[Key, str] = {}

    def enter(self, host: str, key: Key, rank: Rank, now: float) -> float | None:
        """Take a slot. Return `None` if one was free, else the latest time of the next attempt."""
        queue = self._queues.setdefault(host, _HostQueue())
        was_admitted = key in queue.admitted
        queue.admitted.discard(key)
        queue.waiting.discard(key)
        self._host.pop(key, None)
        if was_admitted or queue.has_free_slot:
            queue.in_flight[key.namespace] += 1
            return None
        queue.waiting.put(key, rank)
        self._host[key] = host
        return now + RETRY_INTERVAL

    def leave(self, host: str, key: Key, *, strained: bool) -> list[Key]:
        """Release a slot, and return the connectors that are admitted now. `strained` halves the limit for all."""
        queue = self._queues[host]
        queue.in_flight[key.namespace] -= 1
        if not queue.in_flight[key.namespace]:
            del queue.in_flight[key.namespace]
        queue.limit = max(1.0, queue.limit / 2) if strained else min(SLOTS, queue.limit + 1 / queue.limit)
        return self.admit_next(host)

    def withdraw(self, key: Key) -> list[Key]:
        """Give up the slot that a connector waits for or was admitted to; return those that are admitted now."""
        host = self._host.pop(key, None)
        if host is None:
            return []
        queue = self._queues[host]
        queue.admitted.discard(key)
        queue.waiting.discard(key)
        return self.admit_next(host)

    def is_waiting_elsewhere(self, key: Key, host: str) -> bool:
        """Return whether a connector waits, or was admitted, at another host."""
        return self._host.get(key, host) != host

    def waiting(self) -> int:
        """Return how many connectors wait for a slot."""
        return sum(len(queue.waiting) for queue in self._queues.values())

    def admit_next(self, host: str) -> list[Key]:
        """Admit connectors to the free slots of a host. Delete an empty queue with the highest limit."""
        queue = self._queues[host]
        admitted = queue.admit()
        if queue.is_idle and queue.limit >= SLOTS:
            del self._queues[host]
        elif len(self._queues) > MOST_IDLE:
            self._queues = {name: known for name, known in self._queues.items() if not known.is_idle}
        return admitted
