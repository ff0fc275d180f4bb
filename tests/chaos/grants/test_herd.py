"""All connectors are due when a process starts, and the process is killed while their responses arrive."""

import asyncio
from collections.abc import Sequence

from oauth_connector.controller.store_gate import FIRST
from tests.chaos.grants.conftest import StartAnother
from tests.support.cluster import until
from tests.support.grant_connectors import STRICT, GrantConnector, GrantConnectorFactory
from tests.support.operator_process import OperatorProcess

HERD = 20
POD = {"podName": "operator"}
"""The next container of the same Pod knows that the first has ended."""


def count_presented(herd: Sequence[GrantConnector]) -> int:
    """Return how many refresh tokens the server has received of these connectors."""
    clients = {holder.client.id for holder in herd}
    return sum(entry.client in clients and entry.kind == "refresh" for entry in herd[0].server.journal())


async def kill_in_the_herd(operator: OperatorProcess, herd: Sequence[GrantConnector], before: int) -> None:
    """Send SIGKILL as soon as the server has received one more refresh token."""

    async def is_begun() -> bool:
        return await asyncio.to_thread(count_presented, herd) > before

    await until(is_begun, within=60)
    await operator.kill()


async def find_unstored(herd: Sequence[GrantConnector]) -> set[str]:
    """Return the connectors whose request may have been sent, and has no stored outcome."""
    grants = await asyncio.gather(*(holder.grant() for holder in herd))
    return {holder.name for holder, grant in zip(herd, grants, strict=True) if grant.get("claim")}


async def count_stored(herd: Sequence[GrantConnector], generation: int) -> int:
    """Return how many connectors have stored a response since their first token."""
    grants = await asyncio.gather(*(holder.grant() for holder in herd))
    return sum(grant["generation"] > generation for grant in grants)


def limit_of_gate(stored: int) -> int:
    """Return how many requests the gate lets in at once after so many quick writes."""
    limit = float(FIRST)
    for _ in range(stored):
        limit += 1 / limit
    return int(limit)


async def test_a_kill_in_the_herd_costs_no_grant_that_was_not_in_flight(
    holders: GrantConnectorFactory, start_another: StartAnother
) -> None:
    """Two kills leave no more requests without outcome than the gate lets in; every other grant goes on."""
    first = await start_another(**POD)
    names = [f"herd-{number}" for number in range(HERD)]
    herd = await asyncio.gather(*(holders.create_with_refresh_token(name, STRICT) for name in names))
    await asyncio.gather(*(holder.wait_for_conditions(Ready="TokenIssued") for holder in herd))
    generation = int((await herd[0].grant())["generation"])
    await first.stop()
    await asyncio.gather(*(holder.request_refresh("now") for holder in herd))
    in_flight = set[str]()
    for _ in range(2):
        stored, before = await count_stored(herd, generation), count_presented(herd)
        await kill_in_the_herd(await start_another(**POD), herd, before)
        left = await find_unstored(herd)
        assert len(left) <= limit_of_gate(await count_stored(herd, generation) - stored)
        in_flight |= left
    await start_another(**POD)
    await asyncio.gather(*(holder.wait_for_refresh("now") for holder in herd))
    await asyncio.gather(*(holder.request_refresh("go on") for holder in herd if holder.name not in in_flight))
    for holder in herd:
        holder.assert_no_stale_use()
        if holder.name not in in_flight:
            await holder.wait_for_refresh("go on")
            await holder.wait_for_conditions(Ready="TokenIssued")
            assert await holder.has_valid_token(), holder.name
