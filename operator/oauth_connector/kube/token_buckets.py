"""Token buckets: how much each of many keys may do, in a burst and then per second."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

MonotonicClock = Callable[[], float]
"""Returns seconds. A clock that is set back refills nothing."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A burst at once, and a number per second in the long term."""

    burst: float
    per_second: float


class TokenBuckets:
    """A token bucket for each key.

    At most `keys` keys are remembered. The key that was used least recently is forgotten first and starts again with a
    full bucket.
    """

    def __init__(self, rate: Rate, clock: MonotonicClock, keys: int) -> None:
        self._rate = rate
        self._clock = clock
        self._keys = keys
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._levels)

    def take(self, key: str) -> bool:
        """Take one token from the bucket of a key; return whether there was one."""
        now = self._clock()
        level, at = self._levels.pop(key, (self._rate.burst, now))
        level = min(self._rate.burst, level + max(0.0, now - at) * self._rate.per_second)
        self._levels[key] = (level - 1 if level >= 1 else level, now)
        if len(self._levels) > self._keys:
            self._levels.popitem(last=False)
        return level >= 1
