"""Formats durations and times for users."""

from datetime import datetime

from oauth_connector.api.schema.times import format_time, parse_time

_UNITS = ((86_400, "d"), (3_600, "h"), (60, "m"), (1, "s"))
TWO_UNITS_BELOW = 10
"""Below this number of days, hours or minutes, the next smaller unit is added."""


def format_duration(seconds: float) -> str:
    """Return a duration such as `45s`, `12m`, `3h20m`, `40d`."""
    rest = max(0, int(seconds))
    for index, (size, letter) in enumerate(_UNITS):
        count, below = divmod(rest, size)
        if count or size == 1:
            small = below // _UNITS[index + 1][0] if index + 1 < len(_UNITS) else 0
            further = f"{small}{_UNITS[index + 1][1]}" if small and count < TWO_UNITS_BELOW else ""
            return f"{count}{letter}{further}"
    raise AssertionError("the last unit is a second")


def format_relative(at: datetime | None, now: datetime) -> str:
    """Return a time relative to now such as `in 42m` or `5m ago`; a dash for an unknown time."""
    if at is None:
        return "–"
    seconds = (at - now).total_seconds()
    return f"in {format_duration(seconds)}" if seconds > 0 else f"{format_duration(-seconds)} ago"


def format_moment(at: datetime, now: datetime) -> str:
    """Return a time in full, and relative to now in parentheses."""
    return f"{format_time(at)} ({format_relative(at, now)})"


def read_time(value: object) -> datetime | None:
    """Read a time of an object; return nothing if it is missing or invalid."""
    try:
        return parse_time(value) if isinstance(value, str) else None
    except ValueError:
        return None
