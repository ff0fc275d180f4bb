"""The loop that lists again and again logs its failures."""

import asyncio
from collections.abc import Callable

from structlog.testing import capture_logs

from oauth_connector.kube.backoff import Backoff
from oauth_connector.kube.errors import KubeError
from oauth_connector.kube.listing import REPEAT_LOG, FailureLog, ListFailureLog, ListLoop
from tests.support.virtual_time import run_virtually

MISSING = KubeError(404, "NotFound")


def log_of(find_failure: Callable[[float], KubeError | None], seconds: float) -> list[str]:
    """Return the reasons that a loop logs while its list fails, or succeeds where there is no failure."""

    async def list_once() -> None:
        if (failure := find_failure(asyncio.get_running_loop().time())) is not None:
            raise failure

    async def run() -> None:
        task = asyncio.create_task(ListLoop(ListFailureLog("things"), list_once, Backoff(10.0, 10.0)).run())
        await asyncio.sleep(seconds)
        task.cancel()

    with capture_logs() as logged:
        run_virtually(run())
    return [entry["reason"] for entry in logged]


def test_a_failure_that_repeats_is_logged_at_intervals() -> None:
    """A long outage stays visible, and does not fill the log."""
    reasons = log_of(lambda _now: MISSING, 10 * REPEAT_LOG)
    assert 7 <= len(reasons) <= 11
    assert set(reasons) == {"NotFound"}


def test_a_failure_that_differs_is_logged_at_once() -> None:
    """It has another cause."""
    assert log_of(lambda now: MISSING if now < 30 else KubeError(0, "TimeoutError"), 50) == ["NotFound", "TimeoutError"]


async def test_the_same_failure_after_a_success_is_logged() -> None:
    """It is the beginning of another outage."""
    failures = FailureLog("things")
    with capture_logs() as logged:
        failures.record(MISSING)
        failures.record(MISSING)
        failures.reset()
        failures.record(MISSING)
    assert len(logged) == 2
