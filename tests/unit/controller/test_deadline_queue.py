"""The queue of deadlines: one time for each key, earliest first."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from oauth_connector.connector.observation import Key
from oauth_connector.controller.deadline_queue import SLACK, DeadlineQueue

A = Key("n", "a")


def test_a_key_is_due_at_the_earliest_of_its_times() -> None:
    """A key with several times is due once, at the earliest."""
    deadlines = DeadlineQueue()
    deadlines.put(A, 20.0)
    deadlines.put(A, 10.0)
    deadlines.put(A, 30.0)
    assert list(deadlines.take_due(15.0)) == [(A, 10.0)]
    assert list(deadlines.take_due(100.0)) == []


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 100)), max_size=100))
def test_due_keys_are_taken_in_order_and_once(puts: list[tuple[int, int]]) -> None:
    """Each key is taken once, earliest first, in whatever order the times were set."""
    deadlines = DeadlineQueue()
    for number, at in puts:
        deadlines.put(Key("n", str(number)), float(at))
    taken = list(deadlines.take_due(1000.0))
    assert [at for _, at in taken] == sorted(at for _, at in taken)
    assert Counter(key for key, _ in taken) == Counter({Key("n", str(n)) for n, _ in puts})
    assert deadlines.next_due() is None


def test_superseded_times_are_removed_from_memory() -> None:
    """Each earlier time supersedes a later one; the heap does not grow with them."""
    deadlines = DeadlineQueue()
    for _ in range(10 * SLACK):
        deadlines.put(A, 1e9)
        deadlines.put(A, 1.0)
        list(deadlines.take_due(2.0))
    assert len(deadlines._heap) <= SLACK + 2
