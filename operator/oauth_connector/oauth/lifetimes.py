"""Lifetimes of tokens: what a response states is understood or rejected, and never believed (RFC 6749 §5.1).

The standard has one member, `expires_in` in seconds. Servers also send points in time, other units and other names.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from oauth_connector.oauth.jwt_expiry import read_jwt_expiry
from oauth_connector.oauth.points_in_time import has_zone, parse_duration, parse_http_date, parse_instant, parse_number
from oauth_connector.oauth.quirks import STANDARD, Quirks

TEN_YEARS = 10 * 365 * 86400
"""Seconds: no token is issued for longer, so that a larger number is something else."""

DAY, YEAR = 86400, 365 * 86400

_ENDLESS = frozenset({2**31 - 1, 2**31, 2**32 - 1, 2**53 - 1, 2**63 - 1})
"""The largest numbers of usual types: servers write them for "never"."""

_FRACTIONS = (1, 1000, 10**6, 10**9)

_UNLIKELY = 300_000
"""Seconds, 83 hours, or five minutes in milliseconds: from here on whole minutes in milliseconds are more likely.

A token that is refreshed too often does little harm; one that is believed for too long fails.
"""


class LifetimeSource(StrEnum):
    """Where the lifetime of a token is from."""

    RESPONSE = "Response"
    """The token response states it."""
    JWT = "JWT"
    """Claim `exp` of the access token states it (RFC 7519 §4.1.4)."""
    INTERPRETED = "Interpreted"
    """The token response states a value of unknown unit or time zone; the most plausible one is assumed."""
    INTROSPECTION = "Introspection"
    """The introspection endpoint states it (RFC 7662 §2.2)."""
    PRESET = "Preset"
    """The preset of the provider states it."""
    DEFAULT = "Default"
    """It is assumed: `refresh.defaultLifetime`."""


def read_lifetime_source(value: object) -> LifetimeSource | None:
    """Read a stored source; a later release may know others."""
    return next((source for source in LifetimeSource if source == value), None)


@dataclass(frozen=True, slots=True)
class Lifetime:
    """A lifetime in whole seconds, at least one and at most ten years."""

    seconds: int
    source: LifetimeSource


@dataclass(frozen=True, slots=True)
class _Reading:
    """One way to read a value: seconds from now on, and whether no other way is as plausible."""

    seconds: float
    sure: bool = True


_IN = (
    "expiresin",
    "expiresinsec",
    "expirein",
    "accesstokenexpiresin",
    "accesstokenexpirein",
    "tokenexpiresin",
    "expiresinseconds",
)
_EITHER = ("expires", "expiry", "expiration", "expire")
_AT = (
    "expiresat",
    "expireson",
    "expiretime",
    "expirestime",
    "expirationtime",
    "expirydate",
    "expirationdate",
    "expiredate",
    "expiredat",
    "expireat",
    "expirationdatetime",
    "expirytime",
    "expirytimeutc",
    "expirestimestamp",
    "accesstokenexpiresat",
    "accesstokenexpires",
    "tokenexpiresat",
    "tokenexpirationtime",
    "validuntil",
    "exp",
)
_REFRESH_IN = ("refreshtokenexpiresin", "xrefreshtokenexpiresin", "refreshexpiresin", "refreshtokenexpirein")
_REFRESH_AT = ("refreshtokenexpiresat", "refreshtokenexpireson", "refreshtokenexpires", "refreshexpiresat")


def read_lifetime(
    members: Mapping[str, object], headers: Mapping[str, str], now: float | None, quirks: Quirks = STANDARD
) -> Lifetime | None:
    """Read the lifetime of an access token; `None` where the response has none that is plausible.

    A point in time counts against the `Date` of the response, by the provider's clock, else against `now` in seconds
    since the epoch. Zero and negative numbers mean nothing (Mailchimp's zero is "never"). Microsoft's `ext_expires_in`
    is not read: it is longer, for outages.
    """
    clock = _read_clock(headers, now)
    found = _index(members)
    readings = list(_read_all(found, clock, (_IN, _EITHER, _AT)))
    if (known := _read_known_unit(found, quirks)) is not None:
        readings.insert(0, known)
    sure = next((reading for reading in readings if reading.sure and _is_plausible(reading.seconds)), None)
    if sure is not None:
        return Lifetime(int(sure.seconds), LifetimeSource.RESPONSE)
    expiry = read_jwt_expiry(members.get("access_token"))
    if expiry is not None and clock is not None and _is_plausible(expiry - clock):
        return Lifetime(int(expiry - clock), LifetimeSource.JWT)
    guess = next((reading for reading in readings if _is_plausible(reading.seconds)), None)
    return Lifetime(int(guess.seconds), LifetimeSource.INTERPRETED) if guess is not None else None


def read_introspected_lifetime(
    members: Mapping[str, object], headers: Mapping[str, str], now: float
) -> Lifetime | None:
    """Read claim `exp` of an introspection response (RFC 7662 §2.2), from the time of the response on."""
    expiry, clock = parse_number(members.get("exp")), _read_clock(headers, now)
    if expiry is None or clock is None or not _is_plausible(expiry - clock):
        return None
    return Lifetime(int(expiry - clock), LifetimeSource.INTROSPECTION)


def read_refresh_lifetime(
    members: Mapping[str, object], headers: Mapping[str, str], now: float | None = None
) -> int | None:
    """Read the lifetime of a refresh token in whole seconds; `None` where the response has none (not in RFC 6749).

    GitHub and LinkedIn call it `refresh_token_expires_in`, QuickBooks `x_refresh_token_expires_in`, Keycloak (where
    zero means no expiry) and Airtable `refresh_expires_in`; SAP Concur writes a point in time there.
    """
    names = (_REFRESH_IN, (), _REFRESH_AT)
    readings = _read_all(_index(members), _read_clock(headers, now), names)
    return next((int(reading.seconds) for reading in readings if _is_plausible(reading.seconds)), None)


def _read_known_unit(found: Mapping[str, object], quirks: Quirks) -> _Reading | None:
    """Read `expires_in` of a provider that is known not to count seconds.

    Zoho counted milliseconds, with `expires_in_sec` beside it, and now counts seconds.
    """
    number = parse_number(found.get("expiresin"))
    if number is None or not (quirks.milliseconds or quirks.unit != 1):
        return None
    if not quirks.milliseconds:
        return _Reading(number * quirks.unit)
    stated = parse_number(found.get("expiresinsec"))
    converted = number / 1000 if number > _UNLIKELY and number % 1000 == 0 else number
    return _Reading(stated if stated is not None else converted)


def _is_plausible(seconds: float) -> bool:
    return 1 <= seconds <= TEN_YEARS


def _read_clock(headers: Mapping[str, str], now: float | None) -> float | None:
    sent = parse_http_date(headers.get("date"))
    return sent if sent is not None else now


def _index(members: Mapping[str, object]) -> dict[str, object]:
    """Index the members by their names in lower case without punctuation; `expiresIn` and `.expires` occur."""
    return {re.sub("[^a-z0-9]", "", name.lower()): value for name, value in [*members.items()][::-1]}


def _read_all(
    found: Mapping[str, object], clock: float | None, names: tuple[Sequence[str], Sequence[str], Sequence[str]]
) -> Iterator[_Reading]:
    durations, either, instants = names
    for name in (name for name in (*durations, *either, *instants) if name in found):
        value = found[name]
        number = parse_number(value)
        if number is not None:
            yield from _read_number(number, clock, is_instant=name in instants, is_either=name in either)
        elif isinstance(value, str) and (duration := parse_duration(value)) is not None:
            yield _Reading(duration)
        elif isinstance(value, str) and clock is not None and (instant := parse_instant(value)) is not None:
            yield _Reading(instant - clock, sure=has_zone(value))


def _read_number(number: float, clock: float | None, *, is_instant: bool, is_either: bool) -> Iterator[_Reading]:
    """Yield the ways to read a number, the most plausible first."""
    if number in _ENDLESS or number <= 0:
        return
    if number <= TEN_YEARS:
        if _is_likely_milliseconds(number) and not is_instant:
            yield _Reading(number / 1000, sure=False)
        else:
            yield _Reading(number, sure=not is_instant)
        return
    for fraction in _FRACTIONS if clock is not None else ():
        if _is_plausible(number / fraction - (clock or 0)):
            yield _Reading(number / fraction - (clock or 0), sure=is_instant or is_either)
            return
    whole = [number / fraction for fraction in reversed(_FRACTIONS) if number % (60 * fraction) == 0]
    yield from (_Reading(seconds, sure=False) for seconds in whole if not is_instant and _is_plausible(seconds))


def _is_likely_milliseconds(number: float) -> bool:
    """Return whether a number counts milliseconds: whole minutes of those, and odd as seconds.

    60 days in seconds (Google) are 5184000, an hour in milliseconds is 3600000. Half a day and a day in milliseconds
    would be 500 and 1000 days.
    """
    is_usual = number % YEAR == 0 or (number % DAY == 0 and number < 400 * DAY)
    return number >= _UNLIKELY and number % 60_000 == 0 and not is_usual
