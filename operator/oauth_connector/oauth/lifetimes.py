"""Lifetimes of tokens, read from `expires_in` and similar members (RFC 6749 §5.1)."""

from collections.abc import Mapping

from oauth_connector.oauth.retry_after import parse_http_date, parse_number

LONGEST = 10 * 365 * 86400
"""Ten years in seconds: a longer lifetime is shortened to it, so that no date overflows."""

_SURELY_MILLISECONDS = 1_000_000
"""Eleven days in seconds: a larger number counts milliseconds, for a provider that is known to send those."""


def read_lifetime(
    members: Mapping[str, object], headers: Mapping[str, str], *, milliseconds: bool = False
) -> int | None:
    """Read the lifetime of an access token in whole seconds; `None` where the response has none that is plausible.

    RFC 6749 §5.1 defines a number of seconds; PayPal and NetSuite send text, others a fraction. Zero and
    negative numbers mean nothing (Mailchimp's zero is "never"). `expires_at` counts against the provider's own clock.
    `milliseconds` is for a provider that counted those (Zoho did, with `expires_in_sec` beside it).
    """
    relative = parse_number(members.get("expires_in", members.get("expires")))
    if milliseconds:
        relative = parse_number(members.get("expires_in_sec")) or _convert_milliseconds(relative)
    if relative is None and (absolute := parse_number(members.get("expires_at"))) is not None:
        sent = parse_http_date(headers.get("date"))
        relative = absolute - sent if sent is not None else None
    if relative is None or relative < 1:
        return None
    return int(min(relative, LONGEST))


def read_refresh_lifetime(members: Mapping[str, object]) -> int | None:
    """Read the lifetime of a refresh token in whole seconds; `None` where the response has none (not in RFC 6749).

    GitHub and LinkedIn call it `refresh_token_expires_in`, QuickBooks `x_refresh_token_expires_in`, Keycloak (where
    zero means no expiry) and Airtable `refresh_expires_in`.
    """
    names = ("refresh_token_expires_in", "x_refresh_token_expires_in", "refresh_expires_in")
    seconds = next((found for name in names if (found := parse_number(members.get(name))) is not None), None)
    return int(min(seconds, LONGEST)) if seconds is not None and seconds >= 1 else None


def _convert_milliseconds(number: float | None) -> float | None:
    surely = number is not None and number > _SURELY_MILLISECONDS and number % 1000 == 0
    return number / 1000 if number is not None and surely else number
