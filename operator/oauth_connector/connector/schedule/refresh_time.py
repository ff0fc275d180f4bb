"""When to send the next token request: arithmetic on seconds since the epoch, without a clock.

`connector.checks` compares the computed times with the current time. All times are whole seconds, because status and
annotations store whole seconds: a finer timer would wake up too early, again and again.
"""

import hashlib
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from itertools import accumulate

MINIMUM_GAP = 10
"""The least number of seconds between two token requests of one connector."""

DEFAULT_WINDOW = 0.33
"""The share of the lifetime that is left when a token is replaced."""

MOUNT_DELAY = 100
"""Seconds before expiry at which a refresh always reaches a mounted file in time.

A kubelet with its default settings showed a new token up to 90 s late, and no Pod read an expired one with 95 s.
"""

EARLIEST_SHARE = 3
"""The default margin leaves the first third of the lifetime: one part of so many."""

JITTER = 0.10
"""The largest share of the lifetime by which a refresh is earlier, fixed by the connector's UID."""

CACHED_TOKEN_TRIES = (-60, -20, 1)
"""Seconds from expiry at which a request is sent to a server that returns the same token until it expires."""

LAST_TRY_BEFORE_EXPIRY = 60
"""A failing refresh is retried this many seconds before the old token expires."""

YEAR = 365 * 86400


@dataclass(frozen=True, slots=True)
class Policy:
    """`spec.refresh` in seconds and shares; `None` where it is not set.

    `longest_pause` is the longest time between two refreshes, so that the refresh token does not expire unused.
    """

    before: int | None = None
    window: float | None = None
    max_lifetime: int | None = None
    longest_pause: int | None = None


class RetryPace(Enum):
    """The pauses between retries after failures of one kind, in seconds; the last one repeats."""

    QUICK = (5, 10, 20, 40, 80, 160, 300)
    """Time-outs, resets, 5xx: the provider will probably recover."""
    SLOW = (15, 30, 60, 120, 240, 480, 960, 1920, 3600)
    """A bare 401 or 404, a web page: perhaps a deployment, perhaps a wrong address."""
    PROBE = (300, 900, 3600)
    """A rejection that a user must repair; retried rarely, in case the provider's side has repaired it."""
    FADING = (15, 30, 60, 120, 240, 480, 960, 1920, 3600, 7200, 14400, 28800, 43200)
    """A refresh token that is refused without a certain cause: it may be valid, and is probably not."""
    NEXT = (10,)
    """A refused refresh token where other credentials are presented next."""

    def pause(self, attempts: int) -> int:
        """Return the pause after so many failures in a row."""
        pauses: tuple[int, ...] = self.value
        return pauses[min(max(attempts, 1), len(pauses)) - 1]

    def count_attempts(self, elapsed: float) -> int:
        """Return how many attempts this pace makes in so many seconds, the first at once."""
        pauses: tuple[int, ...] = self.value
        return 1 + sum(passed <= elapsed for passed in accumulate(pauses))


def share(uid: str, *salt: object) -> float:
    """Return a number in [0, 1) that depends only on the UID and the salt.

    It spreads the requests of many connectors evenly over time. Random offsets would form clusters.
    """
    text = "/".join((uid, *map(str, salt)))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) / 2**64


def is_before_ignored(policy: Policy, lifetime: int) -> bool:
    """Return whether `refresh.before` is ignored, since it is not shorter than the lifetime of the token."""
    return policy.before is not None and policy.before >= lifetime


@lru_cache(maxsize=256)  # a reconciliation asks for the same several times
def refresh_time(issued: int, expires: int, policy: Policy, uid: str) -> int:
    """Return the second at which a token is refreshed.

    For every lifetime from 15 s on: `issued + 10 <= result < expires`. A shorter lifetime cannot satisfy both; then the
    ten seconds count.
    """
    lifetime = expires - issued
    jitter = share(uid) * JITTER
    if policy.before is not None and not is_before_ignored(policy, lifetime):
        planned = expires - policy.before
    elif policy.window is not None:
        planned = int(expires - lifetime * (policy.window + jitter))
    else:
        planned = _default_refresh_time(issued, expires, jitter)
    if policy.max_lifetime is not None:
        planned = min(planned, int(issued + policy.max_lifetime * (1 - jitter)))
    if policy.longest_pause is not None:
        planned = min(planned, int(issued + policy.longest_pause * (1 - jitter)))
    earliest = _earliest_refresh(issued, expires) if policy.max_lifetime is None else issued + MINIMUM_GAP
    return max(min(planned, expires - 1), earliest)


def _default_refresh_time(issued: int, expires: int, jitter: float) -> int:
    """Return when two thirds of the lifetime have passed, but `MOUNT_DELAY` before expiry, less the jitter.

    The first third of the lifetime always passes: less than 150 s leave a smaller margin than `MOUNT_DELAY`.
    """
    lifetime = expires - issued
    margin = max(lifetime * DEFAULT_WINDOW, MOUNT_DELAY) + lifetime * jitter
    first_third = -(-lifetime // EARLIEST_SHARE)
    return max(int(expires - margin), issued + first_third)


def refresh_margin(issued: int, expires: int, policy: Policy, uid: str) -> int:
    """Return how many seconds before its expiry a token is refreshed; not positive where it is refreshed after it."""
    return expires - refresh_time(issued, expires, policy, uid)


def can_cover_mount_delay(issued: int, expires: int) -> bool:
    """Return whether some `refresh.before` is long enough for mounted files: the token must be valid for 110 s."""
    return expires - _earliest_refresh(issued, expires) >= MOUNT_DELAY


def _earliest_refresh(issued: int, expires: int) -> int:
    return issued + max(MINIMUM_GAP, (expires - issued) // 10)


def next_cached_try(last: float, expires: int) -> int:
    """Return the next try at a server that repeats its token: 60 s or 20 s before expiry, or 1 s after it."""
    tries = (expires + offset for offset in CACHED_TOKEN_TRIES)
    return next((at for at in tries if at > last), int(last) + 60)


@dataclass(frozen=True, slots=True)
class Failing:
    """Failures in a row: how many, when the last one was, and the provider's `Retry-After` in seconds."""

    attempts: int
    last: int
    retry_after: float | None = None


def retry_time(failing: Failing, pace: RetryPace, expires: int | None, uid: str) -> int:
    """Return the second of the next attempt after a failure.

    The pause grows with each attempt up to the limit of the pace, and is never shorter than the provider's
    `Retry-After`. A pause that would end after the last minute of a valid token is shortened, as far as the provider
    allows.
    """
    least = max(MINIMUM_GAP, int(failing.retry_after) + 1 if failing.retry_after is not None else 0)
    pause = int(pace.pause(failing.attempts) * (1 + JITTER * share(uid, failing.attempts)))
    planned = failing.last + max(least, pause)
    last_try = (expires or 0) - LAST_TRY_BEFORE_EXPIRY
    reachable = failing.last + least <= last_try < planned
    return last_try if reachable and pace is not RetryPace.PROBE else planned


def credential_check_time(now: float, since: float) -> float:
    """Return when a missing or rejected credential is read again: soon at first, then every minute."""
    return now + min(60.0, max(2.0, (now - since) / 4))
