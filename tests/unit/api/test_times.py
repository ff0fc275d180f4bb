"""Times of the Kubernetes API."""

from datetime import UTC, datetime

import pytest

from oauth_connector.api.schema.times import format_epoch, format_microseconds, from_epoch, parse_time

MOMENT = datetime(2027, 1, 15, 8, 0, tzinfo=UTC)
EPOCH = 1_800_000_000


def test_seconds_since_the_epoch_are_times_in_utc() -> None:
    """The fraction of a second is cut, except in the time of an Event."""
    assert from_epoch(EPOCH + 0.9) == MOMENT
    assert format_epoch(EPOCH + 0.9) == "2027-01-15T08:00:00Z"
    assert format_microseconds(EPOCH + 0.25) == "2027-01-15T08:00:00.250000Z"


@pytest.mark.parametrize("text", ["2027-01-15T08:00:00Z", "2027-01-15T09:00:00+01:00", "2027-01-15T08:00:00"])
def test_a_time_without_a_zone_is_in_utc(text: str) -> None:
    """It means the same on every machine."""
    assert parse_time(text) == MOMENT


def test_an_invalid_time_is_an_error() -> None:
    """The caller decides what it means."""
    with pytest.raises(ValueError, match="isoformat"):
        parse_time("soon")
