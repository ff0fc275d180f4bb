"""A leader that is killed is replaced, and no token is requested because of that."""

import asyncio
import logging
from typing import Any

from tests.chaos.leadership.conftest import SYSTEM, Replicas, Robots, is_leading, parse_lease_time

log = logging.getLogger(__name__)

MANY = 10
"""Connectors that have valid tokens at that time."""

SLOW: dict[str, Any] = {"leaseDurationSeconds": 120, "renewDeadlineSeconds": 100}
"""A Lease that does not expire while a container starts, on a busy machine either."""


async def test_another_replica_leads_within_twenty_seconds_and_requests_nothing_again(
    replicas: Replicas, robots: Robots
) -> None:
    """It has all tokens in its cache, and the next refresh is its own; these are the intervals of production."""
    first, second = await replicas.start(), await replicas.start()
    names = [f"robot-{number}" for number in range(MANY)]
    await asyncio.gather(*(robots.add(name, lifetime=3600) for name in names))
    await robots.wait_until_ready(*names)
    assert [await is_leading(first), await is_leading(second)] == [True, False]
    last = await replicas.read_lease()
    await first.kill()
    await replicas.wait_until_leading(second)
    lease = await replicas.read_lease()
    assert (lease["holderIdentity"].startswith(f"{SYSTEM}/operator-1_"), lease["leaseTransitions"]) == (True, 1)
    vacant = parse_lease_time(lease["acquireTime"]) - parse_lease_time(last["renewTime"])
    log.info("from the last renewal to the next leader after SIGKILL: %.1f s", vacant.total_seconds())
    assert 15 <= vacant.total_seconds() <= 20
    await robots.request_refresh(names[0], "now")
    await robots.wait_for_refresh(names[0], "now")
    counts = sorted(len(times) for times in robots.request_times().values())
    assert counts == [1] * (MANY - 1) + [2]


async def test_a_restarted_container_leads_at_once(replicas: Replicas, robots: Robots) -> None:
    """It is the next container of the same Pod: the one before it has ended, and the Lease need not expire."""
    first = await replicas.start(**SLOW)
    await replicas.start(**SLOW)
    await robots.add("robot", lifetime=3600)
    await robots.wait_until_ready("robot")
    before = await replicas.read_lease()
    await first.kill()
    await first.start()
    await replicas.wait_until_leading(first)
    lease = await replicas.read_lease()
    assert lease["holderIdentity"].startswith(f"{SYSTEM}/operator-0_")
    assert lease["holderIdentity"] != before["holderIdentity"]
    vacant = parse_lease_time(lease["acquireTime"]) - parse_lease_time(before["renewTime"])
    assert vacant.total_seconds() < SLOW["leaseDurationSeconds"]
    assert [len(times) for times in robots.request_times().values()] == [1]
