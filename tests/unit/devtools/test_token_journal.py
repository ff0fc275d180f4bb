"""The journal of codes and refresh tokens is read and evaluated."""

from dataclasses import replace

import pytest

from devtools.authorization_servers.token_journal import (
    Presentation,
    at_once,
    presentations,
    stale_presentations,
    times_presented,
)

FIRST = Presentation("robot", "refresh", 1, 1, 2, "granted", started=10.0, ended=11.0, delivered=True)


def presentation(serial: int, started: float, result: str = "granted") -> Presentation:
    """Return a request of one second with another refresh token of that grant."""
    return replace(FIRST, serial=serial, started=started, ended=started + 1, result=result)


def test_the_journal_is_read_as_the_server_writes_it() -> None:
    """Its members are those of a Presentation, by name."""
    entry = {
        "client": "robot",
        "kind": "refresh",
        "grant": 1,
        "serial": 1,
        "successor": 2,
        "result": "granted",
        "started": 10.0,
        "ended": 11.0,
        "delivered": True,
    }
    assert presentations({"journal": [entry]}) == (FIRST,)


def test_a_response_without_a_journal_is_an_error() -> None:
    """It is not treated as an empty journal."""
    with pytest.raises(ValueError, match="tuple"):
        presentations({})


def test_presentations_are_counted_by_token() -> None:
    """A code and a refresh token with one number are different tokens, and so are those of two grants."""
    others = [replace(FIRST, kind="code"), replace(FIRST, grant=2)]
    assert times_presented([FIRST, presentation(1, 20.0), *others])["refresh", 1, 1] == 2


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (presentation(1, 10.5), True),
        (presentation(1, 11.0), False),
        (presentation(1, 9.0), False),
        (presentation(2, 10.5), False),
        (replace(FIRST, started=10.5, ended=None), True),
        (replace(FIRST, started=9.5, ended=None), True),
    ],
    ids=["within", "after", "before", "another token", "not answered yet", "not answered for long"],
)
def test_requests_with_one_token_overlap_if_their_times_meet(other: Presentation, expected: bool) -> None:  # noqa: FBT001  # a parameter of the test
    """A request is in flight from its start until its response is sent or abandoned."""
    assert bool(at_once([FIRST, other])) is expected


def test_a_token_older_than_a_used_one_is_stale() -> None:
    """A repeated request with the same token is not stale, because the response may have been lost."""
    late = presentation(1, 40.0, "invalid_grant")
    assert stale_presentations([FIRST, presentation(1, 20.0), presentation(2, 30.0), late]) == [late]


def test_a_refused_successor_makes_no_token_stale() -> None:
    """Only a successful use shows that a successor is in use."""
    assert stale_presentations([FIRST, presentation(2, 20.0, "server_error"), presentation(1, 30.0)]) == []
