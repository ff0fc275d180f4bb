"""How old a cached connector can be is known from deliveries and from the process's own writes."""

import inspect

import pytest

from oauth_connector.connector.observation import Key
from oauth_connector.kube.boot_clock import read_boot_clock
from oauth_connector.kube.watch_freshness import FRESH_SECONDS, WRITE_INTERVAL, WatchFreshness
from tests.support.manual_clock import ManualClock

HERE, THERE, ELSEWHERE = Key("shop", "crm"), Key("shop", "bank"), Key("billing", "erp")


@pytest.fixture
def clock() -> ManualClock:
    """Return a clock that the test moves."""
    return ManualClock(1000.0)


@pytest.fixture
def freshness(clock: ManualClock) -> WatchFreshness:
    """Return the freshness of one watch of all namespaces."""
    return WatchFreshness(clock)


def test_nothing_is_fresh_before_the_watch_delivers(freshness: WatchFreshness) -> None:
    """A process that has only written knows nothing of others' changes."""
    freshness.note_write("shop", "10", freshness.begin_write())
    assert not freshness.is_fresh(HERE)


def test_a_delivered_connector_is_fresh_for_seconds(freshness: WatchFreshness, clock: ManualClock) -> None:
    """It says nothing of another connector."""
    freshness.note_event(HERE, "1")
    clock.now += FRESH_SECONDS - 0.1
    assert (freshness.is_fresh(HERE), freshness.is_fresh(THERE)) == (True, False)
    clock.now += 0.1
    assert not freshness.is_fresh(HERE)


def test_an_event_as_new_as_a_write_shows_all_connectors_of_its_watch(
    freshness: WatchFreshness, clock: ManualClock
) -> None:
    """The age counts from the write, not from the event, which may be late."""
    freshness.note_write("shop", "10", freshness.begin_write())
    clock.now += 2.0
    freshness.note_event(Key("billing", "other"), "10")
    assert freshness.is_fresh(THERE)
    assert freshness.is_fresh(ELSEWHERE)
    clock.now += FRESH_SECONDS - 2.0
    assert not freshness.is_fresh(THERE)


def test_the_age_counts_from_the_begin_of_a_write(freshness: WatchFreshness, clock: ManualClock) -> None:
    """The response of a busy API server is late: others may have changed a connector meanwhile."""
    began = freshness.begin_write()
    clock.now += 2.0
    freshness.note_write("shop", "10", began)
    freshness.note_event(HERE, "10")
    assert freshness.is_fresh(THERE)
    clock.now += FRESH_SECONDS - 2.0
    assert not freshness.is_fresh(THERE)


def test_the_time_of_a_suspended_machine_counts() -> None:
    """A cache that was current before the suspension is not current after it."""
    assert inspect.signature(WatchFreshness).parameters["clock"].default is read_boot_clock


def test_an_older_event_shows_nothing(freshness: WatchFreshness) -> None:
    """A watch that is behind delivers events, but older ones than the last write."""
    freshness.note_write("shop", "10", freshness.begin_write())
    freshness.note_event(HERE, "9")
    assert not freshness.is_fresh(THERE)


def test_a_silent_watch_makes_nothing_fresh(freshness: WatchFreshness, clock: ManualClock) -> None:
    """Writes go on, and what the watch has not delivered for seconds is not compared any more."""
    for number in range(100):
        freshness.note_write("shop", str(number), freshness.begin_write())
        clock.now += 1.0
        assert not freshness.is_fresh(HERE)
    freshness.note_event(THERE, "50")
    assert not freshness.is_fresh(HERE)


def test_many_writes_are_compared_a_few_times_a_second(freshness: WatchFreshness, clock: ManualClock) -> None:
    """The first write of an interval counts, so an age is never stated too low."""
    for number in range(10):
        freshness.note_write("shop", str(number), freshness.begin_write())
        clock.now += WRITE_INTERVAL / 10
    freshness.note_event(THERE, "9")
    clock.now += FRESH_SECONDS - WRITE_INTERVAL - 0.01
    assert freshness.is_fresh(HERE)
    clock.now += 0.02
    assert not freshness.is_fresh(HERE)


def test_each_namespace_has_a_watch_of_its_own_where_they_are_named(clock: ManualClock) -> None:
    """The watch of one namespace says nothing of another's."""
    freshness = WatchFreshness(clock, by_namespace=True)
    freshness.note_write("shop", "10", freshness.begin_write())
    freshness.note_event(Key("billing", "other"), "11")
    assert not freshness.is_fresh(HERE)
    freshness.note_event(THERE, "11")
    assert (freshness.is_fresh(HERE), freshness.is_fresh(ELSEWHERE)) == (True, False)


def test_a_watch_that_has_started_again_shows_nothing_of_others_until_the_rest_is_listed(
    freshness: WatchFreshness, clock: ManualClock
) -> None:
    """It does not deliver what was changed before its start, though its events are newer than that."""
    freshness.begin_gap("")
    freshness.note_write("shop", "10", freshness.begin_write())
    freshness.note_event(HERE, "11")
    assert (freshness.is_fresh(HERE), freshness.is_fresh(THERE)) == (True, False)
    clock.now += 1.0
    freshness.end_gap("")
    assert not freshness.is_fresh(THERE)
    freshness.note_event(ELSEWHERE, "12")
    assert freshness.is_fresh(THERE)


def test_the_watch_of_another_namespace_has_no_gap(clock: ManualClock) -> None:
    """Each starts on its own where the namespaces are named."""
    freshness = WatchFreshness(clock, by_namespace=True)
    freshness.begin_gap("billing")
    for key in (HERE, ELSEWHERE):
        freshness.note_write(key.namespace, "10", freshness.begin_write())
        freshness.note_event(Key(key.namespace, "other"), "11")
    assert (freshness.is_fresh(HERE), freshness.is_fresh(ELSEWHERE)) == (True, False)


def test_connectors_that_were_delivered_long_ago_are_forgotten(freshness: WatchFreshness, clock: ManualClock) -> None:
    """Ten thousand connectors cost no memory once they are quiet."""
    for number in range(1000):
        freshness.note_event(Key("shop", f"crm-{number}"), "1")
    clock.now += FRESH_SECONDS
    freshness.note_event(HERE, "1")
    assert len(freshness._delivered) == 1  # the memory is what the test is about
