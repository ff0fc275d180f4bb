"""Another `output.type` needs another object: the token survives, and no key of another client is deleted."""

from dataclasses import replace
from typing import Any

import pytest

from tests.support.builders import a_spec
from tests.support.world import World

REGISTRY = {"hosts": ["europe-docker.pkg.dev"], "username": "oauth2accesstoken"}
PULL = {
    "type": "kubernetes.io/dockerconfigjson",
    "formats": [{"type": "DockerConfigJSON", "key": ".dockerconfigjson", **REGISTRY}],
}
BASIC = {"type": "kubernetes.io/basic-auth", "data": [{"field": "AccessToken", "key": "password"}]}
OWN = {"type": "example.com/token"}


def type_of(world: World) -> str:
    """Return the type of the output Secret."""
    return world.cluster.secrets["shop", "crm-token"].type


def writes_of(world: World) -> list[str]:
    """Return the writes of output Secrets, in order."""
    return [call for call in world.cluster.calls.writes if call.endswith(" crm-token")]


async def test_a_secret_is_opaque_unless_the_spec_says_otherwise(world: World) -> None:
    """The type is that of a Secret which kubectl creates."""
    await world.run()
    assert type_of(world) == "Opaque"


@pytest.mark.parametrize("output", [PULL, BASIC, OWN])
async def test_a_changed_type_keeps_the_token(world: World, output: dict[str, Any]) -> None:
    """The Secret is deleted and created with the same token, and so it is on the way back; no token is requested."""
    await world.run()
    world.edit(a_spec(output=output))
    await world.run()
    assert type_of(world) == output["type"]
    assert "token-1" in str(world.cluster.data("shop", "crm-token"))
    world.edit(a_spec())
    await world.run()
    assert (type_of(world), world.token, world.calls) == ("Opaque", "token-1", 1)
    assert writes_of(world) == ["create crm-token", *["delete crm-token", "create crm-token"] * 2]


async def test_a_refresh_keeps_the_type_and_the_object(world: World) -> None:
    """A refreshed token is written to the same object, which mounted volumes follow."""
    world.edit(a_spec(output=OWN))
    await world.run()
    uid = world.cluster.secrets["shop", "crm-token"].metadata.uid
    await world.run(3600)
    live = world.cluster.secrets["shop", "crm-token"]
    assert (live.type, live.metadata.uid) == ("example.com/token", uid)
    assert world.calls > 1


async def test_a_secret_with_keys_of_another_client_is_not_deleted(world: World) -> None:
    """The problem names the cure; without those keys the Secret is written with the token from memory."""
    await world.run()
    world.cluster.edit("shop", "crm-token", theirs=b"x")
    world.edit(a_spec(output=OWN))
    await world.run(60)
    assert world.reason() == "SecretWriteRejected"
    assert "delete crm-token" not in writes_of(world)
    del world.cluster.secrets["shop", "crm-token"]
    await world.run(600)
    assert (type_of(world), world.reason()) == ("example.com/token", "TokenIssued")


async def test_an_adopted_secret_keeps_its_type(world: World) -> None:
    """A user who lets the operator write a Secret of their own loses none of its keys."""
    world.cluster.add_unowned("shop", "crm-token")
    live = world.cluster.secrets["shop", "crm-token"]
    world.cluster.secrets["shop", "crm-token"] = replace(live, type="example.org/own")
    world.cluster.hand_over("shop", "crm-token", "crm")
    await world.run(3600)
    assert (type_of(world), world.cluster.data("shop", "crm-token")["theirs"]) == ("example.org/own", "x")
    assert world.calls > 1


async def test_a_secret_of_another_owner_with_the_wanted_name_is_not_deleted(world: World) -> None:
    """The type of a Secret that the connector does not own is never a reason to delete it."""
    world.cluster.add_unowned("shop", "crm-token")
    world.edit(a_spec(output=OWN))
    await world.run()
    assert world.reason() == "SecretConflict"
    assert "delete crm-token" not in writes_of(world)


async def test_a_process_that_ends_between_both_writes_leaves_no_gap_behind(world: World) -> None:
    """Without a state Secret another token is requested; the Secret has the new type."""
    await world.run()
    world.edit(a_spec(output=OWN))
    del world.cluster.secrets["shop", "crm-token"]
    world.start()
    await world.run(600)
    assert (type_of(world), world.reason()) == ("example.com/token", "TokenIssued")
