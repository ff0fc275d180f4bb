"""A rollout under load: no refresh is missed, and none is sent twice."""

import asyncio
from itertools import pairwise

from tests.chaos.leadership.conftest import Replicas, Robots
from tests.support.cluster import until
from tests.support.grant_connectors import STRICT, GrantConnectorFactory

ROBOTS, GRANTS, ROLLOUTS = 6, 3, 3
LIFETIME = 30
SHORTEST_GAP = 9.0
"""Seconds between two requests of one client that are no double request; the operator leaves ten between them."""


async def test_rollouts_under_load_miss_no_refresh_and_double_none(
    replicas: Replicas, robots: Robots, holders: GrantConnectorFactory
) -> None:
    """A new replica starts, and an old one gets SIGTERM, again and again; two replicas run at any time."""
    first = await replicas.start()
    await replicas.wait_until_leading(first)
    running = [first, await replicas.start()]
    names = [f"robot-{number}" for number in range(ROBOTS)]
    await asyncio.gather(*(robots.add(name, lifetime=LIFETIME) for name in names))
    grants = [await holders.create_with_refresh_token(f"grant-{n}", STRICT, lifetime=LIFETIME) for n in range(GRANTS)]
    await robots.wait_until_ready(*names)
    for _ in range(ROLLOUTS):
        running.append(await replicas.start())
        assert await running.pop(0).stop() == 0
        await replicas.wait_until_leading(*running)  # a process starts faster than another one takes the Lease

    async def has_refreshed_often() -> bool:
        calls = robots.request_times().values()
        return min(map(len, calls)) >= 3 and min(len(grant.presented) for grant in grants) >= 3

    await until(has_refreshed_often, within=120)
    for client, times in robots.request_times().items():
        gaps = [after - before for before, after in pairwise(times)]
        assert all(SHORTEST_GAP <= gap <= LIFETIME for gap in gaps), f"{client}: {gaps}"
    for grant in grants:
        assert grant.presented == list(range(1, len(grant.presented) + 1)), grant.name
        grant.assert_no_stale_use()
    assert (await replicas.read_lease())["leaseTransitions"] >= ROLLOUTS - 1
