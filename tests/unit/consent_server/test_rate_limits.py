"""How often anybody may ask."""

from oauth_connector.consent_server.rate_limits import KEYS, Rate, RateLimits, TokenBuckets


class Clock:
    """Seconds that a test moves."""

    now = 0.0

    def __call__(self) -> float:
        """Give them."""
        return self.now


def test_a_bucket_empties_and_fills_again() -> None:
    """So many at once, then so many a second, never more than it holds."""
    clock = Clock()
    buckets = TokenBuckets(Rate(burst=3, per_second=2), clock)
    assert [buckets.take("a") for _ in range(5)] == [True, True, True, False, False]
    clock.now += 1
    assert [buckets.take("a") for _ in range(3)] == [True, True, False]
    clock.now += 1000
    assert [buckets.take("a") for _ in range(4)] == [True, True, True, False]


def test_buckets_do_not_share() -> None:
    """One who asks too often takes nothing from another."""
    buckets = TokenBuckets(Rate(burst=1, per_second=0), Clock())
    assert buckets.take("a")
    assert not buckets.take("a")
    assert buckets.take("b")


def test_memory_is_bounded() -> None:
    """However many addresses there are, the oldest are forgotten."""
    buckets = TokenBuckets(Rate(burst=1, per_second=1), Clock())
    for number in range(KEYS + 500):
        buckets.take(str(number))
    assert len(buckets) == KEYS


def test_whoever_is_over_their_own_limit_takes_nothing_from_the_consents() -> None:
    """One address cannot use up what all may ask at one consent."""
    limits = RateLimits(Clock(), Rate(burst=1, per_second=0), Rate(burst=2, per_second=0))
    assert limits.admits("1.1.1.1", "sales/zoho")
    assert not limits.admits("1.1.1.1", "sales/zoho")
    assert limits.admits("2.2.2.2", "sales/zoho")
    assert not limits.admits("3.3.3.3", "sales/zoho")
    assert limits.admits("4.4.4.4")
