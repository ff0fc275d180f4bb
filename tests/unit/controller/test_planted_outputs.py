"""A user who may create Secrets, and read none, plants an output Secret."""

from dataclasses import replace

from oauth_connector.controller.ports import LiveSecret
from tests.support.builders import a_connector, a_spec, a_token, an_output
from tests.support.world import KEY, World

FOREVER = 10**9


def plant(world: World, name: str = "crm-token") -> None:
    """Create a Secret as the operator would, but for its signature."""
    connector = a_connector()
    token = a_token(connector, issued=int(world.now), lifetime=FOREVER)
    metadata = an_output(connector, token, name=name, uid=f"planted-{name}", resource_version=f"1{name}")
    world.cluster.secrets["shop", name] = LiveSecret(metadata, {"access_token": b"planted"})


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
