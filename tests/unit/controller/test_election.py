"""Which process leads, by what it knows of the Lease, in virtual time."""

from dataclasses import dataclass, field, replace

import pytest

from oauth_connector.controller.election import Election, LeaseRecord, LeaseTiming, find_pod, name_process

TIMING = LeaseTiming()


@dataclass
class LeaseServer:
    """A Lease as an API server stores it: a write that names another version is refused."""

    record: LeaseRecord | None = None
    versions: int = 0

    def write(self, replaced: LeaseRecord | None, record: LeaseRecord) -> LeaseRecord | None:
        """Store a record over the version that it replaces; `None` where another client was first."""
        if self.record != replaced:
            return None
        self.versions += 1
        self.record = replace(record, version=str(self.versions))
        return self.record


@dataclass
class Process:
    """One process: what it knows, and what the elector does with it every two seconds."""

    server: LeaseServer
    name: str
    election: Election = field(init=False)

    def __post_init__(self) -> None:
        self.election = Election(self.name, TIMING)

    def attempt(self, now: float, took: float = 0.0) -> bool:
        """Renew or take the Lease as the elector does; the request takes so many seconds."""
        if not self.election.is_held:
            self.election.observe(self.server.record, now)
        if self.election.may_write(now) and self._write(self.name, now, took):
            return True
        self.election.observe(self.server.record, now + took)
        return False

    def release(self, now: float) -> None:
        """Empty the Lease."""
        self._write("", now, 0.0)

    def leads(self, now: float) -> bool:
        """Return whether it leads."""
        return self.election.is_leading(now)

    def _write(self, holder: str, now: float, took: float) -> bool:
        transitions = self.election.count_transitions()
        released_by = self.name if not holder else ""
        wanted = LeaseRecord("uid", "", holder, TIMING.duration, transitions, released_by=released_by)
        written = self.server.write(self.election.replaced, wanted)
        if written is not None:
            self.election.confirm(written, now)
        return written is not None and took >= 0


@pytest.fixture
def pair() -> tuple[Process, Process]:
    """Return a leader since second 0, and a process that stands by and has seen that."""
    server = LeaseServer()
    first, second = Process(server, "pod-a_1"), Process(server, "pod-b_1")
    first.attempt(0)
    second.attempt(0)
    return first, second


def test_the_first_process_creates_the_lease_and_leads() -> None:
    """No other process can be the leader of an installation that has no Lease yet."""
    process = Process(LeaseServer(), "pod-a_1")
    assert not process.leads(0)
    assert process.attempt(0)
    assert process.leads(9.9)


def test_a_leader_that_cannot_renew_stops_before_another_process_may_lead(pair: tuple[Process, Process]) -> None:
    """It stops ten seconds after its last renewal, and the other begins fifteen seconds after it saw that."""
    first, second = pair
    assert [first.leads(at) for at in (9.9, 10.0)] == [True, False]
    assert not second.attempt(14.9)
    assert second.attempt(15.0)
    assert second.leads(15.0)


def test_the_time_of_a_leader_counts_from_the_start_of_its_request(pair: tuple[Process, Process]) -> None:
    """The API server may have stored the write right at the start of a slow request."""
    first, second = pair
    assert first.attempt(8, took=3)
    assert [first.leads(at) for at in (17.9, 18.0)] == [True, False]
    second.attempt(8.1)
    assert not second.attempt(23.0)
    assert second.attempt(23.1)


def test_a_process_that_was_stopped_learns_that_another_leads(pair: tuple[Process, Process]) -> None:
    """It leads no more before it has sent a request, and its write is refused because it names an old version."""
    first, second = pair
    assert second.attempt(16)
    assert not first.leads(60)
    assert not first.attempt(60)
    assert not first.leads(60)
    assert first.server.record == second.election.record


def test_a_leader_that_was_not_replaced_continues_after_an_outage(pair: tuple[Process, Process]) -> None:
    """It does not give the Lease up: the number of transitions stays."""
    first, second = pair
    assert not first.leads(60)
    assert first.attempt(60)
    assert first.leads(60)
    assert not second.attempt(61)
    assert first.election.record is not None
    assert first.election.record.transitions == 0


def test_a_released_lease_is_taken_at_once(pair: tuple[Process, Process]) -> None:
    """The process that releases it has nothing in flight: its claims can be taken up too."""
    first, second = pair
    first.release(5)
    assert not first.leads(5)
    assert second.attempt(5)
    assert second.leads(5)
    assert second.election.may_take_up("pod-a_1")
    assert second.election.record is not None
    assert second.election.record.transitions == 1


def test_a_restarted_container_takes_the_lease_of_its_pod_at_once(pair: tuple[Process, Process]) -> None:
    """The kubelet starts a container after the end of the one before it."""
    first, _ = pair
    again = Process(first.server, "pod-a_2")
    assert again.attempt(1)
    assert again.election.may_take_up("pod-a_1")
    assert not again.election.may_take_up("pod-b_1")


def test_processes_outside_a_pod_have_nothing_in_common() -> None:
    """Two processes on one machine run at the same time."""
    server = LeaseServer()
    first, second = (Process(server, name_process(None, "my_host", start)) for start in ("1", "2"))
    assert first.attempt(0)
    assert not second.attempt(1)
    assert find_pod(first.name) == ""
    assert find_pod(name_process("operator-abc", "host", "1")) == "operator-abc"


def test_a_deleted_lease_is_created_again_only_after_its_time(pair: tuple[Process, Process]) -> None:
    """Its holder may not know of the deletion yet, and leads until its deadline."""
    first, second = pair
    first.server.record = None
    assert not second.attempt(2)
    assert not second.attempt(14.9)
    assert second.attempt(15)


def test_the_holder_of_a_deleted_lease_creates_it_again_at_once(pair: tuple[Process, Process]) -> None:
    """Between the deletion and its own write it does not lead."""
    first, second = pair
    first.server.record = None
    assert not first.attempt(2)
    assert not first.leads(2)
    assert first.attempt(2)
    assert first.leads(2)
    assert not second.attempt(3)


def test_a_lease_without_a_duration_has_that_of_the_settings(pair: tuple[Process, Process]) -> None:
    """Any client may edit the Lease."""
    first, second = pair
    assert first.server.record is not None
    first.server.record = replace(first.server.record, duration=0, version="edited")
    assert not second.attempt(2)
    assert not second.attempt(16.9)
    assert second.attempt(17)


def test_no_two_processes_lead_at_once_whatever_requests_fail() -> None:
    """Three processes for an hour, of which each loses its connection for a while in turn."""
    server = LeaseServer()
    processes = [Process(server, f"pod-{number}_1") for number in range(3)]
    led = set[str]()
    for now in range(3600):
        for number, process in enumerate(processes):
            is_cut_off = (now // 40) % len(processes) == number
            if not is_cut_off and now % 2 == number % 2:
                process.attempt(now)
        leaders = [process.name for process in processes if process.leads(now)]
        assert len(leaders) <= 1, now
        led.update(leaders)
    assert len(led) == len(processes)
