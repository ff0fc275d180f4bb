"""A connector that is deleted and created again at once: no reconciliation sees that there was none in between."""

from dataclasses import replace
from typing import Any

from oauth_connector.connector.memory import Memory
from tests.support.builders import a_connector, a_spec
from tests.support.consenting import a_consent
from tests.support.world import KEY, World

RETAINED = a_spec(output={"deletionPolicy": "Retain"})


def recreate(world: World, spec: dict[str, Any] | None = None) -> None:
    """Delete the connector and create another one of its name, which retains nothing unless its spec says so."""
    world.cluster.add(replace(a_connector(spec or a_spec()), uid="another"))


async def test_the_token_of_a_deleted_namesake_is_not_inherited(world: World) -> None:
    """Another user may have created the second connector, and its Secret may have readers of its own."""
    world.cluster.add(a_connector(RETAINED))
    await world.run()
    recreate(world)
    await world.run(15)
    assert (world.reason(), world.calls, world.token) == ("TokenIssued", 2, "token-2")


async def test_a_retained_token_is_inherited_by_a_namesake_that_retains(world: World) -> None:
    """It reads the Secret and its signature, as after a restart."""
    world.cluster.add(a_connector(RETAINED))
    await world.run()
    recreate(world, RETAINED)
    await world.run(15)
    assert (world.reason(), world.calls, world.token) == ("TokenIssued", 1, "token-1")


async def test_a_token_that_waits_for_a_deleted_namesake_is_dropped(world: World) -> None:
    """It could not be written, and the second connector requests its own."""
    world.cluster.refuse_secrets = "quota"
    await world.run()
    assert (world.reason(), world.calls) == ("SecretWriteRejected", 1)
    world.cluster.refuse_secrets = None
    recreate(world)
    await world.run(15)
    assert (world.reason(), world.calls, world.token) == ("TokenIssued", 2, "token-2")


async def test_a_namesake_that_appears_while_consents_are_read_inherits_nothing(world: World) -> None:
    """The reconciliation began when no connector of this name was known, and its consent led to a read."""
    world.cluster.add(a_connector(RETAINED))
    await world.run()
    recreate(world)
    world.cluster.uncached.add(KEY)
    world.cluster.add_consent(a_consent(int(world.now)))
    await world.run(15)
    assert (world.calls, world.token) == (2, "token-2")


def test_what_was_noted_for_a_forgotten_connector_is_not_adopted() -> None:
    """A reconciliation that was in progress when everything was forgotten notes versions without a UID."""
    memory = Memory()
    memory.note_version(KEY, "7")
    memory.set_back([KEY], 30.0)
    assert memory.take_former(KEY, "second") is None
    assert (memory.of(KEY).known_versions, memory.of(KEY).set_back) == ((), 30.0)


def test_the_arrival_of_a_namesake_is_remembered() -> None:
    """It is noted before the first reconciliation of the second connector."""
    memory = Memory()
    assert memory.take_former(KEY, "first") is None
    memory.note_version(KEY, "7")
    memory.note_arrival(KEY, 100.0)
    former = memory.take_former(KEY, "second")
    assert former is not None
    assert former.known_versions == ("7",)
    assert (memory.of(KEY).known_versions, memory.of(KEY).arrived) == ((), 100.0)
    assert memory.take_former(KEY, "second") is None
