"""Requests with codes and refresh tokens that oidc-provider received: which token and when, never its value."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from pydantic import TypeAdapter


@dataclass(frozen=True, slots=True)
class Presentation:
    """One request with a code or a refresh token; `result` is `granted` or the error code.

    `grant` is the number of the grant. `serial` is the number of the code or refresh token within its grant, from 1 in
    order of issue. Both are None for a token that the server did not issue. `successor` is the serial of the refresh
    token in the response. `started` and `ended` are in seconds since 1970; `ended` is None while the response is
    delayed. `delivered` is whether the whole response was sent.
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
        """The token of the request, without its value: kind, grant, serial."""
        return self.kind, self.grant, self.serial

    def has_overlap(self, other: "Presentation") -> bool:
        """Return whether both requests were in flight at the same time."""
        return all(one.ended is None or another.started < one.ended for one, another in ((self, other), (other, self)))


_JOURNAL = TypeAdapter(tuple[Presentation, ...])


def presentations(answer: Mapping[str, object]) -> tuple[Presentation, ...]:
    """Read the server's journal; raise ValueError if the answer has another form."""
    return _JOURNAL.validate_python(answer.get("journal"))


def times_presented(journal: Iterable[Presentation]) -> Counter[tuple[str, int | None, int | None]]:
    """Count how often each code and each refresh token was presented."""
    return Counter(entry.token for entry in journal)


def at_once(journal: Iterable[Presentation]) -> list[tuple[Presentation, Presentation]]:
    """Return the pairs of requests with the same code or refresh token that were in flight at the same time."""
    return [
        (one, other) for one, other in combinations(journal, 2) if one.token == other.token and one.has_overlap(other)
    ]


def stale_presentations(journal: Sequence[Presentation]) -> list[Presentation]:
    """Return the requests with a refresh token older than one that was used before, with success, in the same grant."""
    newest: dict[int | None, int] = {}
    found = []
    for entry in journal:
        if entry.kind == "refresh" and entry.serial is not None:
            if entry.serial < newest.get(entry.grant, 0):
                found.append(entry)
            elif entry.result == "granted":
                newest[entry.grant] = entry.serial
    return found
