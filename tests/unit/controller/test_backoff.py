"""Reconciliations that fail by an exception: they are repeated with growing pauses, and counted."""

import asyncio
from itertools import pairwise

from oauth_connector.connector.observation import Key
from oauth_connector.controller.ports import ClusterUnavailable
from oauth_connector.controller.workqueue import LONGEST_BACKOFF, Workqueue, WorkqueueHooks
from tests.support.virtual_time import run_virtually

A = Key("n", "a")


class WallClock:
    """A wall clock that advances with the event loop's, until it jumps."""

    def __init__(self) -> None:
        self.jumped = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return 1_000_000.0 + asyncio.get_running_loop().time() + self.jumped


def serve_outcomes(*outcomes: float | Exception) -> tuple[list[float], list[str]]:
    """Serve a key whose reconciliations return a pause or raise; return the pauses that follow, and the results."""
    reconciled, results = list[float](), list[str]()

    async def scenario() -> None:
        wall, following = WallClock(), iter(outcomes)

        async def run(_key: Key) -> float | None:
            reconciled.append(wall())
            outcome = next(following, None)
            if isinstance(outcome, Exception):
                raise outcome
            return wall() + outcome if outcome is not None else None

        workqueue = Workqueue(wall, WorkqueueHooks(on_result=lambda result, _seconds: results.append(result)))
        task = asyncio.create_task(workqueue.serve(run))
        workqueue.enqueue(A)
        await asyncio.sleep(1000)
        workqueue.stop()
        await task

    run_virtually(scenario())
    return [round(after - before, 3) for before, after in pairwise(reconciled)], results[: len(outcomes)]


def test_the_time_that_a_reconciliation_returns_is_kept() -> None:
    """A reconciliation without an exception decides when the next one is."""
    assert serve_outcomes(234.0) == ([234.0], ["success"])


def test_an_unavailable_api_server_is_retried_with_growing_pauses() -> None:
    """Pauses double from one second to a quarter of a minute, and start again after a success."""
    unavailable = ClusterUnavailable("unavailable")
    pauses, _ = serve_outcomes(*[unavailable] * 7, 100.0, unavailable)
    assert pauses == [1, 2, 4, 8, LONGEST_BACKOFF, LONGEST_BACKOFF, LONGEST_BACKOFF, 100, 1]


def test_the_retry_after_of_the_api_server_is_obeyed() -> None:
    """API Priority and Fairness says when to retry."""
    assert serve_outcomes(ClusterUnavailable("busy", retry_after=7.0))[0] == [7.0]


def test_a_bug_in_one_reconciliation_ends_no_other() -> None:
    """Any exception is logged, counted, and the reconciliation is repeated."""
    assert serve_outcomes(ZeroDivisionError()) == ([1.0], ["error"])
