"""How long a token lives, out of what providers write into `expires_in` and its cousins."""

import math
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime

LONGEST = 10 * 365 * 86400
"""Ten years in seconds: a longer life is cut to it, so that no date overflows."""

LONGEST_WAIT = 3600.0

_SURELY_MILLISECONDS = 1_000_000
"""Eleven days of seconds: where a provider is known to have counted milliseconds, a larger number is one of those."""


def lifetime(members: Mapping[str, object], headers: Mapping[str, str], *, milliseconds: bool = False) -> int | None:
    """Give a token's life in whole seconds, or `None` where the provider tells none that makes sense.

    RFC 6749 §5.1 has a number of seconds; PayPal and NetSuite write it as text, others with a fraction. Zero and
    negative numbers mean nothing (Mailchimp's zero is "never"). `expires_at` counts against the provider's own clock.
    `milliseconds` is for a provider that counted those (Zoho did, with `expires_in_sec` beside it).
    """
    relative = _number(members.get("expires_in", members.get("expires")))
    if milliseconds:
        relative = _number(members.get("expires_in_sec")) or _of_milliseconds(relative)
    if relative is None and (absolute := _number(members.get("expires_at"))) is not None:
        sent = http_date(headers.get("date"))
        relative = absolute - sent if sent is not None else None
    if relative is None or relative < 1:
        return None
    return int(min(relative, LONGEST))


def refresh_lifetime(members: Mapping[str, object]) -> int | None:
    """Give a refresh token's life in whole seconds, or `None` where the provider tells none.

    GitHub and LinkedIn call it `refresh_token_expires_in`, QuickBooks `x_refresh_token_expires_in`, Keycloak (where
    zero is for ever) and Airtable `refresh_expires_in`.
    """
    names = ("refresh_token_expires_in", "x_refresh_token_expires_in", "refresh_expires_in")
    told = next((found for name in names if (found := _number(members.get(name))) is not None), None)
    return int(min(told, LONGEST)) if told is not None and told >= 1 else None


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Give `Retry-After` in seconds, 1 to 3600, from a number or a date (RFC 9110 §10.2.3)."""
    text = headers.get("retry-after", "").strip()
    wait = _number(text) if text else None
    if wait is None and (at := http_date(text)) is not None:
        sent = http_date(headers.get("date"))
        wait = at - sent if sent is not None else None
    return min(max(wait, 1.0), LONGEST_WAIT) if wait is not None else None


def http_date(text: str | None) -> float | None:
    """Give an HTTP date in seconds since the epoch, or nothing where it is none."""
    try:
        at = parsedate_to_datetime(text or "")
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError, TypeError):
        return None


def _of_milliseconds(number: float | None) -> float | None:
    surely = number is not None and number > _SURELY_MILLISECONDS and number % 1000 == 0
    return number / 1000 if number is not None and surely else number


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None
