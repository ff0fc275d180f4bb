"""The pauses between retries."""

from itertools import islice

from oauth_connector.kube.backoff import Backoff


def middle(low: float, high: float) -> float:
    """Return the middle of the bounds in place of a random number."""
    return (low + high) / 2


def test_pauses_double_up_to_the_longest() -> None:
    """They start again with the shortest after a success."""
    backoff = Backoff(0.5, 2.0, middle)
    assert [backoff.next_pause() for _ in range(4)] == [0.5, 1.0, 2.0, 2.0]
    backoff.reset()
    assert backoff.next_pause() == 0.5


def test_the_pause_of_the_server_is_the_least() -> None:
    """A longer pause of the backoff stays."""
    backoff = Backoff(1.0, 8.0, middle)
    assert [backoff.next_pause(3.0) for _ in range(3)] == [3.0, 3.0, 4.0]


def test_iteration_begins_with_the_first_pause_and_does_not_end() -> None:
    """The library kopf iterates anew for each request."""
    backoff = Backoff(1.0, 4.0, middle)
    for _ in range(2):
        assert list(islice(backoff, 5)) == [1.0, 2.0, 4.0, 4.0, 4.0]


def test_pauses_are_spread() -> None:
    """Each is between half and one and a half of the planned pause."""
    pauses = list(islice(Backoff(1.0, 1.0), 100))
    assert all(0.5 <= pause <= 1.5 for pause in pauses)
    assert max(pauses) - min(pauses) > 0.3
