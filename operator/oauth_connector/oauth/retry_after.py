"""`Retry-After`: how long a server asks its clients to wait (RFC 9110 §10.2.3); numbers and dates of headers."""

import math
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime

LONGEST_WAIT = 3600.0
"""Seconds: a longer `Retry-After` is shortened to it."""


def read_retry_after(headers: Mapping[str, str]) -> float | None:
    """Read `Retry-After` in seconds, 1 to 3600, from a number or a date (RFC 9110 §10.2.3)."""
    text = headers.get("retry-after", "").strip()
    wait = parse_number(text) if text else None
    if wait is None and (at := parse_http_date(text)) is not None:
        sent = parse_http_date(headers.get("date"))
        wait = at - sent if sent is not None else None
    return min(max(wait, 1.0), LONGEST_WAIT) if wait is not None else None


def parse_http_date(text: str | None) -> float | None:
    """Parse an HTTP date to seconds since the epoch (RFC 9110 §5.6.7); `None` where the text is none."""
    try:
        at = parsedate_to_datetime(text or "")
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError, TypeError):
        return None


def parse_number(value: object) -> float | None:
    """Parse a number, or a text that contains one; `None` where the value is neither, or is not finite."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None
