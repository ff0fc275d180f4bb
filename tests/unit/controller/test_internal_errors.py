"""Reconciliations that keep failing because of an error of the operator: status shows it."""

import asyncio

import pytest

from oauth_connector.connector.observation import Key
from oauth_connector.connector.secret.metadata import SecretMetadata
from oauth_connector.controller.error_reporter import REPORTED_FROM
from oauth_connector.controller.workqueue import Workqueue
from tests.support.builders import a_connector
from tests.support.fake_cluster import FakeCluster
from tests.support.world import KEY, World


class Faulty(FakeCluster):
    """A cluster of which one read of the cache raises: it stands for a bug that one connector shows."""

    def output(self, namespace: str, name: str) -> SecretMetadata | None:
        """Raise."""
        del namespace, name
        raise ZeroDivisionError


def let_fail(world: World) -> None:
    """Let each reconciliation raise from now on."""
    faulty = Faulty()
    vars(faulty).update(vars(world.cluster))
    world.cluster = faulty
    world.start()


async def fail(world: World, *failures: int) -> None:
    """Reconcile, and report each failure with its number, as the workqueue does."""
    for number in failures:
        with pytest.raises(ZeroDivisionError):
            await world.reconcile(KEY)
        await world.report_error(KEY, number)


async def test_an_error_that_is_repeated_is_shown_beside_the_valid_token(world: World) -> None:
    """One failure is no news; the fifth in a row is, and the token stays valid."""
    await world.run()
    let_fail(world)
    await fail(world, *range(1, REPORTED_FROM))
    assert (world.reason(), world.reason("RefreshFailed")) == ("TokenIssued", None)
    await fail(world, REPORTED_FROM)
    assert (world.reason(), world.reason("RefreshFailed")) == ("TokenIssued", "InternalError")


async def test_status_is_not_ready_when_the_token_has_expired(world: World) -> None:
    """The last good status does not stay for ever."""
    await world.run()
    let_fail(world)
    await fail(world, REPORTED_FROM)
    world.now += 2 * 3600
    await fail(world, REPORTED_FROM + 1)
    assert (world.reason(), world.reason("RefreshFailed")) == ("TokenExpired", "InternalError")
    assert world.reason("Reconciling") == "InternalError"
    world.now += 700
    await fail(world, REPORTED_FROM + 1)
    assert world.reason("Stalled") == "ProgressDeadlineExceeded"


async def test_a_connector_without_a_token_shows_the_error(world: World) -> None:
    """Ready is false, with the reason."""
    let_fail(world)
    await fail(world, REPORTED_FROM)
    assert (world.reason(), world.reason("Reconciling")) == ("InternalError", "InternalError")


async def test_the_first_success_ends_the_report(world: World) -> None:
    """The conditions follow the next reconciliation, and the count begins again."""
    await world.run()
    let_fail(world)
    await fail(world, REPORTED_FROM)
    working = FakeCluster()
    vars(working).update(vars(world.cluster))
    world.cluster = working
    world.start()
    await world.run()
    assert (world.reason(), world.reason("RefreshFailed")) == ("TokenIssued", None)


async def test_an_error_that_cannot_be_reported_leaves_the_first_one(world: World) -> None:
    """The workqueue logs what the reconciliation has raised, and not the failure to report it."""
    await world.run()
    let_fail(world)
    world.cluster.unavailable = True
    await fail(world, REPORTED_FROM)
    world.cluster.unavailable = False
    await fail(world, REPORTED_FROM + 1)
    assert world.reason("RefreshFailed") == "InternalError"


async def test_a_deleted_connector_is_not_reported(world: World) -> None:
    """There is no status to write."""
    await world.run()
    world.cluster.add(a_connector(deleting=True))
    writes = len(world.cluster.calls.writes)
    await world.report_error(KEY, REPORTED_FROM)
    assert len(world.cluster.calls.writes) == writes


async def test_the_workqueue_reports_failures_in_a_row_with_their_number() -> None:
    """A success begins a new row."""
    reported: list[int] = []
    outcomes = [ZeroDivisionError, None, ZeroDivisionError, ZeroDivisionError]
    finished = asyncio.Event()
    workqueue = Workqueue(lambda: 1000.0)

    async def run(_key: Key) -> float | None:
        outcome = outcomes.pop()
        workqueue.enqueue(KEY)
        if outcome is not None:
            raise outcome
        return None

    async def report(_key: Key, failures: int) -> None:
        reported.append(failures)
        if not outcomes:
            workqueue.stop()
            finished.set()

    serving = asyncio.create_task(workqueue.serve(run, on_error=report))
    workqueue.enqueue(KEY)
    async with asyncio.timeout(5):
        await finished.wait()
    await serving
    assert reported == [1, 2, 1]
