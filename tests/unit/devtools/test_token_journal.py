"""What is read out of the server's record of codes and refresh tokens."""

from dataclasses import replace

import pytest

from devtools.authorization_servers.token_journal import Presentation, at_once, outdated, presentations, times_presented

FIRST = Presentation("robot", "refresh", 1, 1, 2, "granted", started=10.0, ended=11.0, delivered=True)


def again(serial: int, started: float, result: str = "granted") -> Presentation:
    """Give a request of one second with another refresh token of that grant."""
    return replace(FIRST, serial=serial, started=started, ended=started + 1, result=result)


def test_record_is_read_as_the_server_writes_it() -> None:
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


def test_server_without_a_record_is_an_error() -> None:
    """An answer that holds none is not taken for an empty one."""
    with pytest.raises(ValueError, match="tuple"):
        presentations({})


def test_presentations_are_counted_by_token() -> None:
    """A code and a refresh token of one number are two things, as are those of two grants."""
    others = [replace(FIRST, kind="code"), replace(FIRST, grant=2)]
    assert times_presented([FIRST, again(1, 20.0), *others])["refresh", 1, 1] == 2


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (again(1, 10.5), True),
        (again(1, 11.0), False),
        (again(1, 9.0), False),
        (again(2, 10.5), False),
        (replace(FIRST, started=10.5, ended=None), True),
        (replace(FIRST, started=9.5, ended=None), True),
    ],
    ids=["within", "after", "before", "another token", "not answered yet", "not answered for long"],
)
def test_two_with_one_token_are_at_once_where_their_times_meet(other: Presentation, expected: bool) -> None:  # noqa: FBT001  # a parameter of the test
    """A request is in flight from its start until its answer is sent or given up."""
    assert bool(at_once([FIRST, other])) is expected


def test_older_token_than_one_that_was_used_is_outdated() -> None:
    """Asking again with the same one is not: the answer may have been lost."""
    late = again(1, 40.0, "invalid_grant")
    assert outdated([FIRST, again(1, 20.0), again(2, 30.0), late]) == [late]


def test_refused_successor_makes_its_forerunner_no_older() -> None:
    """Only success shows that a successor has taken over."""
    assert outdated([FIRST, again(2, 20.0, "server_error"), again(1, 30.0)]) == []
