"""Durations as people write them, in Go's notation: `10m`, `1h30m`, `45s`."""

import re

PATTERN = "^([0-9]{1,5}h)?([0-9]{1,6}m)?([0-9]{1,8}s)?$"
MESSAGE = "must be a duration such as 10m, 1h30m or 45s"

_PART = re.compile("([0-9]+)([hms])")
_SECONDS = {"h": 3600, "m": 60, "s": 1}


def in_seconds(text: str | None) -> int | None:
    """Give the seconds of a duration that matches `PATTERN`; nothing for nothing."""
    return sum(int(number) * _SECONDS[unit] for number, unit in _PART.findall(text)) if text else None


def is_within(text: str | None, least: str, most: str) -> bool:
    """Tell whether a duration lies within two others; none does."""
    return text is None or (in_seconds(least) or 0) <= (in_seconds(text) or 0) <= (in_seconds(most) or 0)
