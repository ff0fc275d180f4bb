"""What oidc-provider saw of codes and refresh tokens: which was presented when, never its value."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from pydantic import TypeAdapter


@dataclass(frozen=True, slots=True)
class Presentation:
    """One request with a code or a refresh token, and its verdict: `granted`, or the error's code.

    `grant` numbers what a person has granted, `serial` the codes and the refresh tokens of a grant, each from 1 in the
    order of their issue; both are None for what the server never issued. `successor` is the serial of the refresh token
    in the answer. `started` and `ended` are in seconds since 1970; `ended` is None while the answer is held back, and
    `delivered` tells whether the answer was sent whole.
    """

    client: str | None
    kind: Literal["code", "refresh"]
    grant: int | None
    serial: int | None
    successor: int | None
    result: str
    started: float
    ended: float | None
    delivered: bool

    @property
    def token(self) -> tuple[str, int | None, int | None]:
        """What was presented, as far as it may be told."""
        return self.kind, self.grant, self.serial

    def overlaps(self, other: "Presentation") -> bool:
        """Tell whether there was a moment at which both were in flight."""
        return all(one.ended is None or another.started < one.ended for one, another in ((self, other), (other, self)))


_JOURNAL = TypeAdapter(tuple[Presentation, ...])


def presentations(answer: Mapping[str, object]) -> tuple[Presentation, ...]:
    """Read the server's answer; raises ValueError for another."""
    return _JOURNAL.validate_python(answer.get("journal"))


def times_presented(journal: Iterable[Presentation]) -> Counter[tuple[str, int | None, int | None]]:
    """Count how often each code and each refresh token was presented."""
    return Counter(entry.token for entry in journal)


def at_once(journal: Iterable[Presentation]) -> list[tuple[Presentation, Presentation]]:
    """Give the pairs of requests with one code or one refresh token that were ever in flight together."""
    return [(one, other) for one, other in combinations(journal, 2) if one.token == other.token and one.overlaps(other)]


def outdated(journal: Sequence[Presentation]) -> list[Presentation]:
    """Give the requests with a refresh token older than one of its grant that was used, with success, before."""
    newest: dict[int | None, int] = {}
    found = []
    for entry in journal:
        if entry.kind == "refresh" and entry.serial is not None:
            if entry.serial < newest.get(entry.grant, 0):
                found.append(entry)
            elif entry.result == "granted":
                newest[entry.grant] = entry.serial
    return found
