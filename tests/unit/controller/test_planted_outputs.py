"""A user who may create Secrets, and read none, plants an output Secret."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from oauth_connector.connector.secret.metadata import recorded_keys
from oauth_connector.controller.ports import LiveSecret
from tests.support.builders import NOW, a_connector, a_spec, a_token, an_output
from tests.support.world import KEY, World

FOREVER = 10**9


def plant(world: World, name: str = "crm-token") -> None:
    """Create a Secret as the operator would, but for its signature."""
    connector = a_connector()
    token = a_token(connector, issued=int(world.now), lifetime=FOREVER)
    metadata = an_output(connector, token, name=name, uid=f"planted-{name}", resource_version=f"1{name}")
    metadata = replace(metadata, created=int(world.now))
    world.cluster.secrets["shop", name] = LiveSecret(
        metadata, dict.fromkeys(recorded_keys(metadata.fields).values(), b"planted")
    )


async def test_a_planted_output_is_replaced(world: World) -> None:
    """A first token is requested, whatever the Secret says of itself."""
    plant(world)
    await world.run()
    assert (world.token, world.calls, world.reason()) == ("token-1", 1, "TokenIssued")


async def test_a_planted_output_under_a_later_name_is_replaced(world: World) -> None:
    """A changed `secretName` moves the token that was published, and takes none that is there."""
    await world.run()
    plant(world, "elsewhere")
    world.edit(a_spec(output={"secretName": "elsewhere"}))
    await world.run()
    assert world.cluster.data("shop", "elsewhere")["access_token"] == "token-1"
    assert (world.calls, world.reason()) == (1, "TokenIssued")


async def test_a_planted_orphan_is_not_published(world: World) -> None:
    """Of a connector's Secrets under other names only the one that status names is read."""
    await world.run()
    plant(world, "aaa-token")
    del world.cluster.secrets["shop", "crm-token"]
    await world.run(60)
    assert world.token == "token-2"
    assert ("shop", "aaa-token") not in world.cluster.secrets


def suspend(world: World) -> None:
    """Suspend the connector."""
    world.edit(a_spec(suspend=True))


def take_down(world: World) -> None:
    """Let the provider refuse connections."""
    world.provider.go_down()


def restart(world: World) -> None:
    """Let the operator miss all events until now."""
    world.start()


def rename(world: World) -> None:
    """Change the name of the output Secret while the operator does not run."""
    world.edit(a_spec(output={"secretName": "elsewhere"}))
    world.start()


OBSTACLES = [suspend, take_down, restart, rename]
"""Why the operator does not replace the Secret before the user plants another one."""


@pytest.mark.parametrize("hinder", OBSTACLES)
@pytest.mark.parametrize("later", [60, 86400])
async def test_a_planted_successor_is_not_published(world: World, hinder: Callable[[World], None], later: int) -> None:
    """Status names the Secret that was deleted, and a Secret of that name that is newer proves nothing."""
    await world.run()
    world.now += 600
    hinder(world)
    del world.cluster.secrets["shop", "crm-token"]
    plant(world)
    await world.run(later)
    world.start()
    await world.run(60)
    status = world.cluster.connectors[KEY].status
    assert status.expiration_time is not None
    assert status.expiration_time.timestamp() < NOW + FOREVER
    assert (world.reason() == "TokenIssued") == (hinder in (restart, rename))
    world.provider.come_back()
    name = "elsewhere" if hinder is rename else "crm-token"
    world.edit(a_spec(output={"secretName": name}))
    await world.run(600)
    assert world.cluster.data("shop", name)["access_token"].startswith("token-")
    assert world.reason() == "TokenIssued"


async def test_a_planted_successor_changes_no_time_in_status(world: World) -> None:
    """Where an invalid spec stops the operator, status keeps the times of the token that it described."""
    await world.run()
    before = world.cluster.connectors[KEY].status.expiration_time
    world.now += 600
    world.edit({"grantType": "ClientCredentials"})
    del world.cluster.secrets["shop", "crm-token"]
    plant(world)
    await world.run(86400)
    assert world.cluster.connectors[KEY].status.expiration_time == before
    assert world.reason() != "TokenIssued"


async def test_a_repaired_output_is_kept_after_a_restart(world: World) -> None:
    """The operator has created the Secret again since the token was issued: the signature shows it."""
    await world.run()
    world.now += 600
    live = world.cluster.secrets["shop", "crm-token"]
    metadata = replace(live.metadata, created=int(world.now))
    world.cluster.secrets["shop", "crm-token"] = LiveSecret(metadata, live.data)
    world.start()
    await world.run(60)
    assert (world.token, world.calls, world.reason()) == ("token-1", 1, "TokenIssued")
    assert world.cluster.calls.reads.count("secret crm-token") == 1


async def test_the_output_of_a_recorded_token_is_not_read_at_a_restart(world: World) -> None:
    """It is as old as the token, so no other user has created it since."""
    await world.run()
    world.now += 600
    world.start()
    await world.run(60)
    assert [read for read in world.cluster.calls.reads if read.startswith("secret")] == []


async def test_a_token_whose_status_was_not_written_is_kept(world: World) -> None:
    """After a crash right before the status, the signature shows that the operator wrote the Secret."""
    await world.run()
    connector = world.cluster.connectors[KEY]
    world.cluster.add(replace(connector, status=a_connector().status))
    world.start()
    await world.run()
    assert (world.token, world.calls, world.reason()) == ("token-1", 1, "TokenIssued")


async def test_a_first_token_costs_no_further_reads(world: World) -> None:
    """What the process itself has written is not read again."""
    await world.run()
    assert [read for read in world.cluster.calls.reads if read.startswith("secret")] == []


async def test_a_token_is_published_without_the_key(world: World) -> None:
    """Pods get their token although the operator cannot sign, and the next one is signed."""
    world.keys.unavailable = True
    await world.run()
    assert world.token == "token-1"
    assert world.cluster.secrets["shop", "crm-token"].metadata.signature is None
    world.keys.unavailable = False
    await world.run(3600)
    assert world.cluster.secrets["shop", "crm-token"].metadata.signature is not None
