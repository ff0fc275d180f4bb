"""Which process leads: what one process knows of the Lease, and what follows from that at a time. It sends nothing.

The leader counts from the start of the write that renewed the Lease, another process from the moment at which it saw
the Lease change last. The leader stops after the shorter time (`deadline`), and another process takes the Lease after
the longer one (`duration`). So two processes never lead at once, whatever their wall clocks show: no time in the Lease
is compared with a clock.
"""

from dataclasses import dataclass

POD_SEPARATOR = "_"


@dataclass(frozen=True, slots=True)
class LeaseTiming:
    """Seconds: how long a Lease is respected, how long its holder leads after a renewal, and between two renewals."""

    duration: int = 15
    deadline: float = 10.0
    retry: float = 2.0

    @property
    def request_timeout(self) -> float:
        """Return the seconds that a request may take: two of them fit between a renewal and the deadline."""
        return self.deadline / 3


@dataclass(frozen=True, slots=True)
class LeaseRecord:
    """A Lease as it was read or written.

    `holder` is empty after a release, and `released_by` names the process that released it last. `transitions` counts
    the changes of the holder; `acquired` is the text of a time.
    """

    uid: str
    version: str
    holder: str
    duration: int
    transitions: int = 0
    acquired: str = ""
    released_by: str = ""


def name_process(pod: str | None, host: str, start: str) -> str:
    """Return the identity of a process: its Pod, as `namespace/name`, and what is unique to its start.

    Outside a Pod the part before the separator is empty: the name does not show whether the process has ended.
    """
    return f"{pod}{POD_SEPARATOR}{start}" if pod else f"{POD_SEPARATOR}{host.replace(POD_SEPARATOR, '-')}-{start}"


def find_pod(identity: str) -> str:
    """Return the Pod of a process as `namespace/name`; empty outside a Pod."""
    return identity.rpartition(POD_SEPARATOR)[0]


def is_earlier_container(holder: str, identity: str) -> bool:
    """Return whether a process is of this Pod: it has ended, since the kubelet starts the next container after that."""
    pod = find_pod(identity)
    return pod != "" and find_pod(holder) == pod


class Election:
    """What one process knows of the Lease. `now` is monotonic, in seconds, and advances during a suspension."""

    def __init__(self, identity: str, timing: LeaseTiming) -> None:
        self.identity = identity
        self.timing = timing
        self.record: LeaseRecord | None = None
        self._exists = False
        self._seen_at = 0.0
        self._leads_until = float("-inf")
        self._ended: set[str] = set()

    def observe(self, record: LeaseRecord | None, now: float) -> None:
        """Note the Lease as it was just read; `None` where there is none.

        A deleted Lease was not released: its last holder may not know yet, so its time runs on.
        """
        self._exists = record is not None
        if record is not None and record != self.record:
            self.record, self._seen_at = record, now
            self._ended |= {record.released_by} - {""}
        if record is None or record.holder != self.identity:
            self._leads_until = float("-inf")

    def confirm(self, record: LeaseRecord, started: float) -> None:
        """Note that this process has written the Lease; `started` is when that request began."""
        self.record, self._exists, self._seen_at = record, True, started
        held = record.holder == self.identity
        self._leads_until = started + self.timing.deadline if held else float("-inf")

    def is_leading(self, now: float) -> bool:
        """Return whether no other process can lead now."""
        return now < self._leads_until

    @property
    def is_held(self) -> bool:
        """Return whether the Lease names this process, as far as it knows: it may renew without reading."""
        return self._exists and self.record is not None and self.record.holder == self.identity

    @property
    def replaced(self) -> LeaseRecord | None:
        """Return the version of the Lease that a write replaces; `None` where the Lease must be created."""
        return self.record if self._exists else None

    def may_write(self, now: float) -> bool:
        """Return whether this process may write its name into the Lease: no other process leads."""
        record = self.record
        if record is None or not record.holder or self.may_take_up(record.holder):
            return True
        return now >= self._seen_at + (record.duration or self.timing.duration)

    def may_take_up(self, holder: str) -> bool:
        """Return whether a process has nothing in flight: it is this one, has released the Lease, or has ended."""
        is_known = holder == self.identity or holder in self._ended
        return is_known or is_earlier_container(holder, self.identity)

    def note_end(self, holder: str) -> None:
        """Note that a process has ended."""
        self._ended.add(holder)

    def count_transitions(self) -> int:
        """Return the number of changes of the holder that this process writes."""
        if self.record is None:
            return 0
        return self.record.transitions + (self.record.holder != self.identity)
