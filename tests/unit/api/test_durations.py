"""Durations as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oauth_connector.api.schema.durations import at_least, in_seconds
from oauth_connector.api.v1alpha1.refresh import Refresh

KNOWN = {"45s": 45, "10m": 600, "1h": 3600, "1h30m": 5400, "2h0m1s": 7201, "87600h": 315360000, "90m": 5400}


@pytest.mark.parametrize("text", KNOWN)
def test_a_duration_is_counted_in_seconds(text: str) -> None:
    """Hours, minutes and seconds add up."""
    assert in_seconds(text) == KNOWN[text]


@given(st.integers(0, 99999), st.integers(0, 999999), st.integers(0, 99999999))
def test_any_duration_that_can_be_written_fits_into_go(hours: int, minutes: int, seconds: int) -> None:
    """No duration that the pattern admits overflows Go's 64-bit nanoseconds, with which the API server counts."""
    assert in_seconds(f"{hours}h{minutes}m{seconds}s") * 10**9 < 2**63


def test_bounds_belong_to_what_they_bound() -> None:
    """A duration of exactly the least or the most is within bounds."""
    rule = at_least("15s")
    assert [rule.holds(text) for text in ("14s", "15s", "87600h", "87600h1s")] == [False, True, True, False]


def test_refresh_is_silent_where_nothing_was_written() -> None:
    """Absent durations stay absent, but for the life that is assumed."""
    refresh = Refresh()
    assert (refresh.before_seconds, refresh.max_lifetime_seconds, refresh.default_lifetime_seconds) == (
        None,
        None,
        3600,
    )


def test_a_duration_is_kept_as_it_was_written() -> None:
    """`90m` is not rewritten to `1h30m`: a GitOps tool would see a difference."""
    refresh = Refresh(before="90m", max_lifetime="24h")
    assert refresh.model_dump(by_alias=True, exclude_none=True) == {"before": "90m", "maxLifetime": "24h"}
    assert (refresh.before_seconds, refresh.max_lifetime_seconds) == (5400, 86400)
