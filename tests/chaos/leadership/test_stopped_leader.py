"""A leader that is suspended for longer than its Lease writes and sends nothing old when it resumes."""

import asyncio
import os
import signal
from collections.abc import Mapping
from typing import Any

import pytest

from oauth_connector.controller.grant_store import FaultPoint
from tests.chaos.grants.test_points import another_has_settled, hold, reach_points, refresh_all, resume
from tests.chaos.leadership.conftest import PRODUCTION, QUICK, Replicas, Robots, is_leading
from tests.support.cluster import Namespace, until
from tests.support.faults import Delay, Pass
from tests.support.faulty_proxy import FaultyProxy
from tests.support.grant_connectors import GrantConnectorFactory
from tests.support.operator_process import OperatorProcess, TrappedOperator

HOLD = 600.0
"""Seconds for which the proxy would hold a response."""


async def wait_until_it_stands_by(replica: OperatorProcess) -> None:
    """Wait until a replica knows that another one leads."""

    async def knows() -> bool:
        return "another process leads" in replica.read_log() and not await is_leading(replica)

    await until(knows, within=60)


@pytest.mark.parametrize(("intervals", "stopped"), [(QUICK, 0), (PRODUCTION, 60)], ids=["quick", "a minute"])
async def test_a_token_of_a_resumed_leader_does_not_replace_a_newer_one(
    replicas: Replicas,
    robots: Robots,
    proxy: FaultyProxy,
    namespace: Namespace,
    intervals: Mapping[str, Any],
    stopped: float,
) -> None:
    """Its request was in flight; the next leader has another token by then, and pods keep that one."""
    first, second = await replicas.start(**intervals), await replicas.start(**intervals)
    await robots.add("robot", lifetime=3600)
    await robots.wait_until_ready("robot")
    proxy.script(Delay(2, Pass()))
    await robots.request_refresh("robot", "now")
    await proxy.token_calls_reach(2)
    os.kill(first.pid, signal.SIGSTOP)
    until_resumed = asyncio.create_task(asyncio.sleep(stopped))
    try:
        await replicas.wait_until_leading(second)
        await robots.wait_for_refresh("robot", "now")
        newer = await namespace.token("robot-token")
        versions = await read_versions(namespace)
        requests = len(proxy.token_calls)
        await until_resumed
    finally:
        os.kill(first.pid, signal.SIGCONT)
    await wait_until_it_stands_by(first)

    async def has_given_up() -> bool:
        return "a reconciliation is left to another process" in first.read_log()

    await until(has_given_up, within=60)
    assert requests == 3  # the first token, the request in flight, and that of the next leader
    assert len(proxy.token_calls) == requests
    assert await namespace.token("robot-token") == newer
    assert await read_versions(namespace) == versions


async def read_versions(namespace: Namespace) -> dict[str, str]:
    """Return the version of each connector and Secret; a write changes it."""
    return {
        item["metadata"]["name"]: item["metadata"]["resourceVersion"]
        for plural in ("oauthconnectors", "secrets")
        for item in await namespace.items(plural)
    }


async def test_a_resumed_leader_spends_no_refresh_token_again(
    holders: GrantConnectorFactory, replicas: Replicas
) -> None:
    """It was stopped at each point between choosing and publishing; only a request whose response it held was repeated.

    The next leader sent the same token again there, because the outcome was unknown (docs/explanation/failures.md).
    """
    first = await replicas.start(TrappedOperator, **QUICK)
    assert isinstance(first, TrappedOperator)
    second = await replicas.start(**QUICK)
    held = await asyncio.gather(*(hold(holders, point) for point in FaultPoint))
    await reach_points(first, held, "SIGSTOP")
    await another_has_settled(held)
    assert await is_leading(second)
    await resume(first, held)
    await refresh_all(held)
    await wait_until_it_stands_by(first)
    for each in held:
        for holder in (*each.refreshing, each.consenting):
            holder.assert_no_stale_use()
