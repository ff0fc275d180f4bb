"""Times in status, in the format of the API server: RFC 3339, in UTC, whole seconds."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, PlainSerializer, WithJsonSchema

LAST_SECOND = 253402300799
"""The end of the year 9999: a later time cannot be written as a date."""


def _truncate(at: datetime) -> datetime:
    """Read a time without a zone as UTC, so that it means the same on every machine."""
    aware = at if at.tzinfo else at.replace(tzinfo=UTC)
    try:
        return aware.astimezone(UTC).replace(microsecond=0)
    except OverflowError as error:
        raise ValueError("out of range") from error


def format_time(at: datetime) -> str:
    """Return a time as RFC 3339 in UTC with whole seconds, as the API server writes times."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def from_epoch(at: float) -> datetime:
    """Return seconds since the epoch as a time in UTC, without the fraction of a second."""
    return datetime.fromtimestamp(int(at), UTC)


def to_epoch(at: datetime | None) -> int | None:
    """Return a time of status in whole seconds since the epoch."""
    return int(at.timestamp()) if at is not None else None


def format_epoch(at: float) -> str:
    """Return seconds since the epoch as RFC 3339 in UTC with whole seconds."""
    return format_time(from_epoch(at))


def format_microseconds(at: float) -> str:
    """Return seconds since the epoch as RFC 3339 in UTC with microseconds, as in the `eventTime` of an Event."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parse_time(text: str) -> datetime:
    """Parse a time, in UTC where it has no zone. Raises `ValueError`."""
    at = datetime.fromisoformat(text)
    return at.replace(tzinfo=at.tzinfo or UTC)


Time = Annotated[
    datetime,
    AfterValidator(_truncate),
    PlainSerializer(format_time, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
