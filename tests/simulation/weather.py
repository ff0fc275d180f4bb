"""The faults of a simulation, drawn in advance from a seed."""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from oauth_connector.oauth.signals import Signal, Symptom
from oauth_connector.oauth.token import HTTPResponse
from tests.support.fake_provider import ConsentResponse, answer

HOUR, DAY = 3600.0, 86400.0


@dataclass(frozen=True, slots=True)
class Trouble:
    """How a provider fails: seconds until it responds, its response, and its `Retry-After`."""

    seconds: float
    answer: ConsentResponse
    afterwards: float = 0.0


TROUBLES = (
    Trouble(0.01, Signal(Symptom.CONNECTION_FAILED)),
    Trouble(15.0, Signal(Symptom.TIMEOUT, sent=True)),
    Trouble(0.2, Signal(Symptom.CONNECTION_LOST, sent=True)),
    Trouble(0.1, HTTPResponse(502, {"content-type": "text/html"}, b"<html>Bad Gateway</html>")),
    Trouble(0.1, HTTPResponse(503, {"retry-after": "40"}, b""), afterwards=40.0),
    Trouble(0.05, HTTPResponse(429, {"retry-after": "90"}, b""), afterwards=90.0),
    Trouble(0.3, answer(500, error="server_error")),
)


@dataclass(frozen=True, slots=True)
class Spell:
    """The time of a fault, in seconds since the start."""

    start: float
    end: float
    trouble: Trouble | None = None


class Spells:
    """Faults of one kind at one place, in order, without overlap."""

    def __init__(self, spells: list[Spell]) -> None:
        self._spells = spells
        self._starts = [spell.start for spell in spells]

    def __iter__(self) -> Iterator[Spell]:
        return iter(self._spells)

    def at(self, time: float) -> Spell | None:
        """Return the fault at a time."""
        index = bisect_right(self._starts, time) - 1
        return self._spells[index] if index >= 0 and time < self._spells[index].end else None

    def touches(self, start: float, end: float) -> bool:
        """Return whether a fault, with its after-effects, overlaps a time."""
        index = bisect_right(self._starts, end) - 1
        return any(_over(spell) > start for spell in self._spells[max(0, index - 1) : index + 1])


def draw(
    random: Random,
    until: float,
    every: float,
    lasting: float,
    trouble: Callable[[], Trouble | None] = lambda: None,
) -> Spells:
    """Draw faults `every` so many seconds that last `lasting`, both on average and widely spread."""
    spells, time = [], random.expovariate(1 / every)
    while time < until:
        end = time + min(random.expovariate(1 / lasting), 8 * lasting)
        spells.append(Spell(time, end, trouble()))
        time = end + random.expovariate(1 / every)
    return Spells(spells)


def _over(spell: Spell) -> float:
    return spell.end + (spell.trouble.afterwards if spell.trouble else 0.0)
