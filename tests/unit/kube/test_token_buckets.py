"""Token buckets."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from oauth_connector.kube.token_buckets import Rate, TokenBuckets
from tests.support.manual_clock import ManualClock

KEYS = 100


def test_a_bucket_empties_and_fills_again() -> None:
    """So many at once, then so many a second, never more than it holds."""
    clock = ManualClock()
    buckets = TokenBuckets(Rate(burst=3, per_second=2), clock, KEYS)
    assert [buckets.take("a") for _ in range(5)] == [True, True, True, False, False]
    clock.now += 1
    assert [buckets.take("a") for _ in range(3)] == [True, True, False]
    clock.now += 1000
    assert [buckets.take("a") for _ in range(4)] == [True, True, True, False]


def test_buckets_do_not_share() -> None:
    """One who asks too often takes nothing from another."""
    buckets = TokenBuckets(Rate(burst=1, per_second=0), ManualClock(), KEYS)
    assert buckets.take("a")
    assert not buckets.take("a")
    assert buckets.take("b")


def test_memory_is_bounded() -> None:
    """However many addresses there are, the oldest are forgotten."""
    buckets = TokenBuckets(Rate(burst=1, per_second=1), ManualClock(), KEYS)
    for number in range(KEYS + 500):
        buckets.take(str(number))
    assert len(buckets) == KEYS


@given(st.lists(st.floats(0, 10_000), max_size=200))
def test_no_order_of_times_refills_more_than_the_rate(times: list[float]) -> None:
    """A clock that is set back refills nothing."""
    clock = ManualClock()
    buckets = TokenBuckets(Rate(burst=25, per_second=1 / 300), clock, KEYS)
    taken = 0
    for now in times:
        clock.now = now
        taken += buckets.take("a")
    climbed = sum(max(0.0, after - before) for before, after in pairwise(times))
    assert taken <= 25 + climbed / 300 + 0.001
