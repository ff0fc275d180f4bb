"""Times in the form that the plugin prints."""

from datetime import UTC, datetime, timedelta

import pytest

from oauth_connector.kubectl_plugin import time_format

NOW = datetime(2027, 1, 15, 8, 0, tzinfo=UTC)
SPANS = {
    0: "0s",
    45: "45s",
    61: "1m1s",
    600: "10m",
    3_599: "59m",
    12_000: "3h20m",
    40_000: "11h",
    86_400: "1d",
    90_000: "1d1h",
    8_640_000: "100d",
    -5: "0s",
}


@pytest.mark.parametrize("seconds", SPANS)
def test_a_duration_has_one_unit_or_two(seconds: int) -> None:
    """The smaller unit is shown for few days, hours or minutes."""
    assert time_format.format_duration(seconds) == SPANS[seconds]


def test_a_time_is_formatted_relative_to_now() -> None:
    """It covers future, past and unknown times."""
    assert time_format.format_relative(NOW + timedelta(minutes=42), NOW) == "in 42m"
    assert time_format.format_relative(NOW - timedelta(seconds=5), NOW) == "5s ago"
    assert time_format.format_relative(None, NOW) == "–"
    assert time_format.format_moment(NOW, NOW) == "2027-01-15T08:00:00Z (0s ago)"


@pytest.mark.parametrize("value", [None, 5, "soon", ""])
def test_an_invalid_time_is_none(value: object) -> None:
    """A status can contain any text in place of a time."""
    assert time_format.read_time(value) is None


def test_times_of_the_api_server_are_parsed() -> None:
    """In UTC, whatever the machine's zone."""
    assert time_format.read_time("2027-01-15T08:00:00Z") == NOW
    assert time_format.read_time("2027-01-15T08:00:00") == NOW
