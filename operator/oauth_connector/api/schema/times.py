"""Times in status, in the format of the API server: RFC 3339, in UTC, whole seconds."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, PlainSerializer, WithJsonSchema


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


def format_epoch(at: float) -> str:
    """Return seconds since the epoch as RFC 3339 in UTC with whole seconds."""
    return format_time(datetime.fromtimestamp(int(at), UTC))


Time = Annotated[
    datetime,
    AfterValidator(_truncate),
    PlainSerializer(format_time, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
