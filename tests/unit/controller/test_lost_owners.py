"""Secrets without the owner reference to their connector: as after a restore, or when another client removes it."""

from dataclasses import replace

from oauth_connector.controller.ports import LiveSecret
from tests.support.builders import UID, a_spec
from tests.support.world import World


def lose_owner(world: World, name: str) -> None:
    """Remove the owner reference of a Secret, and nothing else."""
    live = world.cluster.secrets["shop", name]
    metadata = replace(live.metadata, owner_uid=None, resource_version=str(int(live.metadata.resource_version) + 5000))
    world.cluster.secrets["shop", name] = LiveSecret(metadata, live.data)


def owner(world: World, name: str) -> str | None:
    """Return the UID of the owner of a Secret."""
    return world.cluster.secrets["shop", name].metadata.owner_uid


async def test_a_lost_owner_is_set_again_without_a_request(world: World) -> None:
    """The same token is written again with its owner."""
    await world.run()
    lose_owner(world, "crm-token")
    await world.run()
    assert (owner(world, "crm-token"), world.token, world.calls) == (UID, "token-1", 1)


async def test_an_owner_that_is_removed_again_and_again_is_left(world: World) -> None:
    """After three repairs within an hour the Secret is left as it is, and status says so."""
    await world.run()
    for _ in range(4):
        lose_owner(world, "crm-token")
        await world.run(60)
    assert owner(world, "crm-token") is None
    assert (world.reason("RefreshFailed"), world.calls) == ("SecretContested", 1)
    await world.run(3600)
    assert owner(world, "crm-token") == UID


async def test_a_policy_that_retains_removes_the_owner(world: World) -> None:
    """`deletionPolicy: Retain` leaves the Secret without an owner, and does not give it one later."""
    await world.run()
    world.edit(a_spec(output={"deletionPolicy": "Retain"}))
    await world.run()
    writes = len(world.cluster.calls.writes)
    await world.run(60)
    assert (owner(world, "crm-token"), len(world.cluster.calls.writes)) == (None, writes)
