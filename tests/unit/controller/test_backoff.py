"""Passes that fail by an exception: made again later, with pauses, and counted."""

from collections.abc import Awaitable, Callable

from oauth_connector.connector.observation import Key
from oauth_connector.controller.backoff import LONGEST_PAUSE, Guarded
from oauth_connector.controller.ports import ClusterUnavailable

KEY = Key("n", "a")


def guarded(run: Callable[[Key], Awaitable[float | None]]) -> tuple[Guarded, list[str]]:
    """Guard a pass at the time 1000, and keep the results that it is told of."""
    results: list[str] = []
    return Guarded(run, lambda: 1000.0, lambda result, _seconds: results.append(result)), results


async def test_a_pass_that_ends_well_is_left_alone() -> None:
    """Its time is passed on."""

    async def run(_key: Key) -> float | None:
        return 1234.0

    passes, results = guarded(run)
    assert await passes(KEY) == 1234.0
    assert results == ["done"]


async def test_an_api_server_that_is_away_is_asked_again_ever_more_slowly() -> None:
    """Pauses double from a second to a quarter of a minute, and start anew after a success."""
    failing = True

    async def run(_key: Key) -> float | None:
        if failing:
            raise ClusterUnavailable("away")
        return None

    passes, _ = guarded(run)
    pauses = [(await passes(KEY) or 0) - 1000.0 for _ in range(7)]
    assert pauses == [1, 2, 4, 8, LONGEST_PAUSE, LONGEST_PAUSE, LONGEST_PAUSE]
    failing = False
    assert await passes(KEY) is None
    failing = True
    assert await passes(KEY) == 1001.0


async def test_the_api_servers_own_time_is_obeyed() -> None:
    """Priority and fairness say when to come again."""

    async def run(_key: Key) -> float | None:
        raise ClusterUnavailable("busy", retry_after=7.0)

    passes, _ = guarded(run)
    assert await passes(KEY) == 1007.0


async def test_a_bug_in_one_pass_ends_no_other() -> None:
    """Any exception is logged, counted, and tried again later."""

    async def run(_key: Key) -> float | None:
        raise ZeroDivisionError

    passes, results = guarded(run)
    assert await passes(KEY) == 1001.0
    assert results == ["bug"]
