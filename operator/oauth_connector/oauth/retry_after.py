"""How long a server asks its clients to wait: `Retry-After` (RFC 9110 §10.2.3), and the headers of rate limits."""

import re
from collections.abc import Mapping

from oauth_connector.oauth.points_in_time import parse_http_date, parse_number

LONGEST_WAIT = 3600.0
"""Seconds: a longer `Retry-After` is shortened to it."""

_EPOCH = 1_000_000_000
"""Larger numbers are seconds since the epoch: GitHub and X count `X-RateLimit-Reset` so."""

_RESETS = ("ratelimit-reset", "x-ratelimit-reset", "x-rate-limit-reset")
_JOINED = re.compile(r"\s*\d+(?:\.\d+)?\s*,")
_RESET_PARAMETER = re.compile(r";\s*t=(\d{1,9})\b")


def read_retry_after(headers: Mapping[str, str], now: float | None = None, *, limited: bool = False) -> float | None:
    """Read the wait in seconds, 1 to 3600: from `Retry-After`, or from the reset of the limit where that is exceeded.

    A date counts against the `Date` of the response, else against `now` in seconds since the epoch. Servers send the
    reset with every response, so that it means a wait only where the response is `limited` (429).
    """
    sent = parse_http_date(headers.get("date"))
    clock = sent if sent is not None else now
    wait = _read_wait(headers.get("retry-after", ""), clock)
    if wait is None and limited:
        wait = next(
            (found for name in _RESETS if (found := _read_wait(headers.get(name, ""), clock)) is not None), None
        )
        parameter = _RESET_PARAMETER.search(headers.get("ratelimit", ""))
        wait = float(parameter[1]) if wait is None and parameter is not None else wait
    return min(max(wait, 1.0), LONGEST_WAIT) if wait is not None else None


def _read_wait(text: str, clock: float | None) -> float | None:
    """Read seconds or a date; the first number where proxies have joined several, and milliseconds since the epoch."""
    number = parse_number((_JOINED.match(text) or [text])[0].strip(" ,"))
    if number is not None and number > _EPOCH * 1000:
        number /= 1000
    at = parse_http_date(text) if number is None else number if number > _EPOCH else None
    if at is None:
        return number
    return at - clock if clock is not None else None
