"""When the token endpoint is called: promises about every lifetime, and the pauses after failures."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oauth_connector.connector.schedule.refresh_time import (
    MINIMUM_GAP,
    MOUNT_DELAY,
    YEAR,
    Failing,
    Policy,
    RetryPace,
    can_cover_mount_delay,
    credential_check_time,
    is_before_ignored,
    next_cached_try,
    refresh_margin,
    refresh_time,
    retry_time,
    share,
)

UIDS = st.uuids().map(str)
ISSUED = st.integers(min_value=0, max_value=4_000_000_000)
LIFETIMES = st.integers(min_value=15, max_value=YEAR)
POLICIES = st.builds(
    Policy,
    before=st.none() | st.integers(min_value=1, max_value=2 * YEAR),
    window=st.none() | st.floats(min_value=0.05, max_value=0.80),
    max_lifetime=st.none() | st.integers(min_value=60, max_value=YEAR),
)


@given(ISSUED, LIFETIMES, POLICIES, UIDS)
def test_any_lifetime_is_refreshed_within_its_bounds(issued: int, lifetime: int, policy: Policy, uid: str) -> None:
    """Whatever the policy is, a refresh is ten seconds after issue at the earliest, and before expiry."""
    at = refresh_time(issued, issued + lifetime, policy, uid)
    assert issued + MINIMUM_GAP <= at < issued + lifetime


@given(ISSUED, st.integers(min_value=1, max_value=14), UIDS)
def test_a_lifetime_too_short_for_both_bounds_keeps_the_gap(issued: int, lifetime: int, uid: str) -> None:
    """A token with a lifetime of less than fifteen seconds is still not requested again within ten."""
    assert refresh_time(issued, issued + lifetime, Policy(), uid) == issued + MINIMUM_GAP


@given(st.integers(min_value=304, max_value=YEAR), UIDS)
def test_the_default_refreshes_at_two_thirds_or_a_little_earlier(lifetime: int, uid: str) -> None:
    """By default 57 to 67 per cent of a lifetime of more than five minutes have passed at the refresh."""
    at = refresh_time(0, lifetime, Policy(), uid)
    assert lifetime * 0.57 - 1 <= at <= lifetime * 0.67


@given(ISSUED, st.integers(min_value=150, max_value=YEAR), UIDS)
def test_the_default_margin_lets_a_kubelet_show_the_new_token(issued: int, lifetime: int, uid: str) -> None:
    """From 150 s of lifetime on the default margin is at least 100 s, and never more than two thirds."""
    margin = refresh_margin(issued, issued + lifetime, Policy(), uid)
    assert 100 <= margin <= lifetime * 2 / 3


@given(ISSUED, st.integers(min_value=30, max_value=149), UIDS)
def test_a_short_token_is_refreshed_after_the_first_third(issued: int, lifetime: int, uid: str) -> None:
    """Below 150 s the margin is two thirds of the lifetime, in whole seconds, and less than 100 s."""
    margin = refresh_margin(issued, issued + lifetime, Policy(), uid)
    assert margin == lifetime * 2 // 3 < 100


@given(st.integers(min_value=101, max_value=YEAR), UIDS)
def test_the_margin_for_mounted_files_applies_to_the_default_only(lifetime: int, uid: str) -> None:
    """An explicit `before` or `beforePercentage` keeps its meaning for every lifetime."""
    assert refresh_margin(0, lifetime, Policy(before=20), uid) == 20
    assert refresh_margin(0, lifetime, Policy(window=0.1), uid) <= lifetime * 0.2 + 1


@given(st.integers(min_value=15, max_value=YEAR), UIDS)
def test_a_before_covers_the_delay_of_a_kubelet_where_it_can(lifetime: int, uid: str) -> None:
    """`before: 100s` is kept exactly where the schedule says that it can be, which is from 111 s on."""
    covers = refresh_margin(0, lifetime, Policy(before=MOUNT_DELAY), uid) >= MOUNT_DELAY
    assert can_cover_mount_delay(0, lifetime) is (lifetime >= 111)
    assert covers or not can_cover_mount_delay(0, lifetime)


@given(UIDS, ISSUED, LIFETIMES)
def test_the_offset_of_a_connector_is_fixed(uid: str, issued: int, lifetime: int) -> None:
    """The same token of the same connector is refreshed at the same second, by every process."""
    times = {refresh_time(issued, issued + lifetime, Policy(), uid) for _ in range(3)}
    assert len(times) == 1


def test_an_explicit_before_is_kept_to_the_second() -> None:
    """`refresh.before` gets no jitter."""
    assert refresh_time(1000, 4600, Policy(before=600), "uid") == 4000


def test_a_before_not_shorter_than_the_lifetime_is_ignored() -> None:
    """A `refresh.before` that cannot be kept has no effect."""
    policy = Policy(before=3600)
    assert is_before_ignored(policy, 3600)
    assert refresh_time(0, 3600, policy, "uid") == refresh_time(0, 3600, Policy(), "uid")


def test_a_max_lifetime_refreshes_a_long_token_at_least_that_often() -> None:
    """`refresh.maxLifetime` of a day replaces a token of a year within the day."""
    assert 0.9 * 86400 - 1 <= refresh_time(0, YEAR, Policy(max_lifetime=86400), "uid") <= 86400


def test_a_herd_of_one_second_disperses_over_a_tenth_of_the_lifetime() -> None:
    """A thousand connectors with tokens of one second are refreshed at hundreds of different seconds."""
    times = {refresh_time(0, 3600, Policy(), f"uid-{n}") for n in range(1000)}
    assert len(times) > 300
    assert max(times) - min(times) <= 361


@pytest.mark.parametrize(
    ("sentence", "now", "expected"),
    [
        ("long before expiry the first try is sixty seconds before", 500, 940),
        ("after that try the next is twenty seconds before", 940, 980),
        ("then one second after expiry", 980, 1001),
        ("later once a minute", 1001, 1061),
    ],
)
def test_a_server_that_repeats_its_token_gets_requests_around_expiry(sentence: str, now: float, expected: int) -> None:
    """A server with a cached token gets a request 60 and 20 seconds before its expiry and 1 second after."""
    assert next_cached_try(now, expires=1000) == expected, sentence


@pytest.mark.parametrize(("attempts", "pause"), [(1, 300), (2, 900), (3, 3600), (4, 3600), (1000, 3600)])
def test_a_rejection_is_probed_after_5_15_60_minutes_and_then_hourly(attempts: int, pause: int) -> None:
    """A rejected client is retried rarely, in case the provider has repaired it."""
    at = retry_time(Failing(attempts, last=0), RetryPace.PROBE, None, "uid")
    assert pause <= at <= pause * 1.1


@given(st.integers(-5, 10_000), st.sampled_from(RetryPace), st.none() | st.integers(0, 10_000), UIDS)
def test_no_failure_is_repeated_within_ten_seconds(
    attempts: int, pace: RetryPace, expires: int | None, uid: str
) -> None:
    """Whatever failed, ten seconds pass before the next call, and little more than an hour at most."""
    at = retry_time(Failing(attempts, last=1000), pace, expires, uid)
    assert 1000 + MINIMUM_GAP <= at <= 1000 + max(pace.value) * 1.1


def test_a_failing_refresh_is_retried_in_the_last_minute_of_the_old_token() -> None:
    """A pause that would end after expiry is shortened to one attempt sixty seconds before it."""
    assert retry_time(Failing(8, last=1000), RetryPace.QUICK, 1200, "uid") == 1140


def test_the_retry_after_of_the_provider_is_obeyed() -> None:
    """`Retry-After` is obeyed even if the token expires meanwhile."""
    assert retry_time(Failing(1, last=1000, retry_after=120), RetryPace.QUICK, 1100, "uid") == 1121


def test_the_retry_after_is_a_minimum_and_pauses_grow_beyond_it() -> None:
    """A provider that returns forty seconds each time for hours gets fewer and fewer requests."""
    at = retry_time(Failing(8, last=1000, retry_after=40), RetryPace.QUICK, None, "uid")
    assert 1000 + 300 <= at <= 1000 + 330


@given(st.integers(0, 4_000_000_000), st.integers(0, 1_000_000))
def test_a_credential_is_read_again_within_a_minute(since: int, age: int) -> None:
    """A missing Secret is read again within seconds at first, and then every minute."""
    assert 2 <= credential_check_time(since + age, since) - (since + age) <= 60


@given(UIDS)
def test_a_share_lies_in_the_unit_interval(uid: str) -> None:
    """The offset of a connector is a share of the jitter, never more."""
    assert 0 <= share(uid) < 1


@given(st.integers(15, 400 * 86400), st.integers(600, 200 * 86400), UIDS)
def test_no_pause_is_so_long_that_the_refresh_token_expires(lifetime: int, longest_pause: int, uid: str) -> None:
    """A token with a long lifetime is refreshed within the time, but not in the first tenth of its lifetime."""
    at = refresh_time(0, lifetime, Policy(longest_pause=longest_pause), uid)
    assert at <= max(longest_pause, lifetime // 10 + 10)
    assert at <= refresh_time(0, lifetime, Policy(), uid)
