"""Points in time and durations in the notations of servers. Nothing is raised, and no clock is read.

The notations, each with a server that uses it, are in `tests/unit/oauth/test_lifetimes.py`.
"""

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_TEXT = 64
"""Characters of a text that is read: every notation is shorter."""

_UNITS: dict[str, float] = {
    "s": 1,
    "sec": 1,
    "second": 1,
    "m": 60,
    "min": 60,
    "minute": 60,
    "h": 3600,
    "hr": 3600,
    "hour": 3600,
}
_UNITS |= {"d": 86400, "day": 86400, "w": 604800, "week": 604800, "ms": 0.001, "millisecond": 0.001}

_WITH_UNIT = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]+?)s?")
_ISO_8601 = re.compile(r"p(?:(\d+)d)?(?:t(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?)?")
_ISO_8601_WEEKS = re.compile(r"p(\d+)w")
_GO = re.compile(r"()(?:(\d+)h)?(?:(\d+)m)?(\d+(?:\.\d+)?)s")
"""`String` of a time.Duration: it always ends with seconds."""
_TIME_SPAN = re.compile(r"(?:(\d+)\.)?(\d{1,2}):(\d{2}):(\d{2})(?:\.\d+)?")
_PARTS = (86400, 3600, 60, 1)

_ZONE = re.compile(r"(?:Z|UTC|GMT|[+-]\d{2}:?\d{2}|\)\\?/)$")

_MICROSOFT_JSON = re.compile(r"\\?/Date\((-?\d+)(?:[+-]\d{4})?\)\\?/")
_MICROSOFT_CULTURES = ("%m/%d/%Y %H:%M:%S %z", "%m/%d/%Y %I:%M:%S %p %z", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %I:%M:%S %p")


def parse_number(value: object) -> float | None:
    """Parse a number, or a text that contains one; `None` where the value is neither, or is not finite."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def parse_http_date(text: str | None) -> float | None:
    """Parse an HTTP date to seconds since the epoch (RFC 9110 §5.6.7); `None` where the text is none."""
    return _parse_date(parsedate_to_datetime, text or "")


def parse_duration(text: str) -> float | None:
    """Parse a duration to seconds: a number with a unit, ISO 8601, Go, or hours, minutes and seconds."""
    short = text.strip().lower()[:LONGEST_TEXT]
    if (found := _WITH_UNIT.fullmatch(short)) is not None and found[2] in _UNITS:
        return float(found[1]) * _UNITS[found[2]]
    if (weeks := _ISO_8601_WEEKS.fullmatch(short)) is not None:
        return float(weeks[1]) * _UNITS["w"]
    parts = _ISO_8601.fullmatch(short) or _TIME_SPAN.fullmatch(short) or _GO.fullmatch(short)
    if parts is None or not any(parts.groups()):
        return None
    return sum(float(part or 0) * seconds for part, seconds in zip(parts.groups(), _PARTS, strict=True))


def parse_instant(text: str) -> float | None:
    """Parse a date to seconds since the epoch: RFC 3339, an HTTP date, or one of Microsoft. No zone is UTC."""
    short = re.sub(r"\s+(UTC|GMT|Z)$", "+00:00", text.strip()[:LONGEST_TEXT])
    if (ticks := _MICROSOFT_JSON.fullmatch(short)) is not None:
        return int(ticks[1]) / 1000
    if (at := _parse_date(datetime.fromisoformat, short)) is not None:
        return at
    for notation in _MICROSOFT_CULTURES:
        if (at := _parse_date(lambda t, notation=notation: datetime.strptime(t, notation), short)) is not None:  # type: ignore[misc]  # noqa: DTZ007  # UTC below
            return at
    return parse_http_date(text[:LONGEST_TEXT])


def has_zone(text: str) -> bool:
    """Return whether a date states its time zone; without one it may be the local time of the server."""
    return _ZONE.search(text.strip()) is not None


def _parse_date(parse: Callable[[str], datetime], text: str) -> float | None:
    try:
        at = parse(text)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError, TypeError):
        return None
