"""More than one process, and state Secrets from a backup."""

import asyncio

from tests.chaos.grants.conftest import StartAnother
from tests.support.cluster import until
from tests.support.grant_connectors import GRACE, STRICT, GrantConnector, GrantConnectorFactory

MANY = 5
"""Connectors of each kind."""


async def test_two_processes_send_no_token_twice(holders: GrantConnectorFactory, start_another: StartAnother) -> None:
    """Both find the refresh due at the same second, repeatedly: one writes the claim, and the other does nothing."""
    await asyncio.gather(start_another(), start_another())
    made = await asyncio.gather(
        *(holders.create_with_refresh_token(f"strict-{n}", STRICT, lifetime=16) for n in range(MANY)),
        *(holders.create_with_refresh_token(f"graceful-{n}", GRACE, lifetime=16) for n in range(MANY)),
    )

    async def refreshed_often() -> bool:
        return all(len(holder.presented) >= 4 for holder in made)

    await until(refreshed_often, within=120)
    for holder in made:
        assert holder.presented == list(range(1, len(holder.presented) + 1)), holder.name
        assert {entry.result for entry in holder.journal} == {"granted"}, holder.name
        holder.assert_no_stale_use()


async def test_an_older_state_from_a_backup_loses_a_grant_only_at_a_strict_server(
    holders: GrantConnectorFactory, start_another: StartAnother
) -> None:
    """The restored token is sent; a strict server refuses it and ends the grant."""
    await start_another()
    made = await asyncio.gather(
        holders.create_with_refresh_token("strict", STRICT), holders.create_with_refresh_token("graceful", GRACE)
    )
    await asyncio.gather(*(_restore_older_state(holder) for holder in made))
    strict, graceful = made
    await strict.wait_for_conditions(
        Ready="TokenIssued", ConsentRequired="RefreshTokenRejected", RefreshFailed="RefreshTokenRejected"
    )
    assert strict.presented == graceful.presented == [1, 2, 2]
    await graceful.wait_for_conditions(Ready="TokenIssued")
    await graceful.refresh("go on")
    assert await graceful.has_valid_token()


async def _restore_older_state(holder: GrantConnector) -> None:
    """Save a state, refresh once more, restore the saved state, and request a refresh."""
    await holder.wait_for_conditions(Ready="TokenIssued")
    name = f"{holder.name}-oauth-state"
    kept = await holder.namespace.get("secrets", name) or {}
    await holder.refresh("rotate")
    body = {"metadata": {"annotations": kept["metadata"]["annotations"]}, "data": kept["data"]}
    await holder.namespace.edit("secrets", name, body)
    await holder.request_refresh("again")

    async def is_sent() -> bool:
        return len(holder.presented) == 3

    await until(is_sent, within=45)
