"""How often anybody may ask, judged before the API server is asked anything.

Each process counts for itself, and that is enough: what is protected is the API server, and what all replicas together
let through is still a small number. Nothing is guessed by asking often: a ticket has 256 bits. Whom we see is the peer
of the connection, behind a load balancer that one for everybody; `X-Forwarded-For` is whatever a client writes, and is
not read. So an address may do a great deal, and one consent little.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

KEYS = 8192
"""Keys that are remembered; the one that was not seen for longest goes first, and by then its bucket is full again."""

Clock = Callable[[], float]
"""Seconds that only grow."""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many at once, and so many a second for ever."""

    burst: float
    per_second: float


PER_ADDRESS = Rate(burst=300, per_second=50)
PER_CONSENT = Rate(burst=40, per_second=4)


class TokenBuckets:
    """A token bucket for each key."""

    def __init__(self, rate: Rate, clock: Clock) -> None:
        self._rate = rate
        self._clock = clock
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._levels)

    def take(self, key: str) -> bool:
        """Take one from a key's bucket; tell whether there was one."""
        now = self._clock()
        level, at = self._levels.pop(key, (self._rate.burst, now))
        level = min(self._rate.burst, level + (now - at) * self._rate.per_second)
        self._levels[key] = (level - 1 if level >= 1 else level, now)
        if len(self._levels) > KEYS:
            self._levels.popitem(last=False)
        return level >= 1


class RateLimits:
    """What one client, and what everybody at one consent, may ask for."""

    def __init__(self, clock: Clock, address: Rate = PER_ADDRESS, consent: Rate = PER_CONSENT) -> None:
        self._addresses = TokenBuckets(address, clock)
        self._consents = TokenBuckets(consent, clock)

    def admits(self, address: str | None, consent: str | None = None) -> bool:
        """Tell whether a request may go on. Somebody who is over their own limit takes nothing from the consent's."""
        return self._addresses.take(address or "") and (consent is None or self._consents.take(consent))
