"""Durations in the notation of Go."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oauth_connector.api.schema.durations import duration_rule, to_seconds
from oauth_connector.api.v1alpha1.refresh import Refresh

KNOWN = {"45s": 45, "10m": 600, "1h": 3600, "1h30m": 5400, "2h0m1s": 7201, "87600h": 315360000, "90m": 5400}


@pytest.mark.parametrize("text", KNOWN)
def test_a_duration_is_converted_to_seconds(text: str) -> None:
    """Hours, minutes and seconds are added."""
    assert to_seconds(text) == KNOWN[text]


@given(st.integers(0, 99999), st.integers(0, 999999), st.integers(0, 99999999))
def test_any_valid_duration_fits_into_64_bits(hours: int, minutes: int, seconds: int) -> None:
    """No duration that matches the pattern overflows the 64-bit nanoseconds of the API server."""
    assert to_seconds(f"{hours}h{minutes}m{seconds}s") * 10**9 < 2**63


def test_the_bounds_are_inclusive() -> None:
    """A duration equal to a bound is valid."""
    rule = duration_rule("15s")
    assert [rule.holds(text) for text in ("14s", "15s", "87600h", "87600h1s")] == [False, True, True, False]


def test_an_empty_refresh_has_only_the_default_lifetime() -> None:
    """The other durations are absent."""
    refresh = Refresh()
    assert (refresh.before_seconds, refresh.max_lifetime_seconds, refresh.default_lifetime_seconds) == (
        None,
        None,
        3600,
    )


def test_a_duration_is_kept_as_it_was_written() -> None:
    """`90m` is not rewritten to `1h30m`, which would be a difference for a GitOps tool."""
    refresh = Refresh(before="90m", max_lifetime="24h")
    assert refresh.model_dump(by_alias=True, exclude_none=True) == {"before": "90m", "maxLifetime": "24h"}
    assert (refresh.before_seconds, refresh.max_lifetime_seconds) == (5400, 86400)
