"""Two connectors that refer to one initial refresh token."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from oauth_connector.api.v1alpha1.conditions import find_condition
from oauth_connector.connector.observation import Connector, Key
from tests.support.builders import a_connector, a_spec
from tests.support.rotating_provider import RotatingProvider
from tests.support.world import World

SPEC = a_spec(grantType="RefreshToken", refreshToken={"secretRef": {"name": "seed"}})


def add(world: World, name: str, spec: dict[str, object] = SPEC) -> Key:
    """Create a connector."""
    made = a_connector(spec, key=Key("shop", name), uid=f"uid-{name}")
    assert isinstance(made, Connector)
    world.cluster.add(made)
    return made.key


async def run(world: World, keys: Sequence[Key], seconds: float) -> None:
    """Reconcile connectors in this order, each as often as it is due."""
    due = dict.fromkeys(keys, world.now)
    end = world.now + seconds
    while (at := min(due.values())) <= end:
        world.now = max(world.now, at)
        key = min(due, key=lambda each: due[each])
        due[key] = await world.reconcile(key) or end + 1
    world.now = end


def reason(world: World, key: Key, kind: str = "Ready") -> str | None:
    """Return the reason of a condition."""
    found = find_condition(world.cluster.connectors[key].status.conditions, kind)
    return found.reason if found is not None else None


def a_world(provider: RotatingProvider) -> World:
    """Return an operator without connectors, and a Secret with an initial refresh token."""
    world = World(provider)
    world.cluster.add_credential("shop", "robot", client_secret=b"s3cret")
    world.cluster.add_credential("shop", "seed", refresh_token=b"seed-1")
    provider.know(refresh_token="seed-1")
    return world


@pytest.mark.parametrize("order", [("a", "b"), ("b", "a")], ids=["in order", "the other one first"])
async def test_one_of_two_new_connectors_presents_a_token_that_is_replaced(order: tuple[str, str]) -> None:
    """The grant of the first survives, and status of the second names the first before any request."""
    world = a_world(RotatingProvider())
    for name in ("a", "b"):
        add(world, name)
    await run(world, [Key("shop", name) for name in order], 3600)
    first, second = Key("shop", "a"), Key("shop", "b")
    assert world.rotating.presented.count("seed-1") == 1
    assert (reason(world, first), reason(world, second)) == ("TokenIssued", "RefreshTokenShared")
    assert reason(world, second, "ConsentRequired") == "RefreshTokenShared"
    message = find_condition(world.cluster.connectors[second].status.conditions, "ConsentRequired")
    assert message is not None
    assert "`a`" in message.message


async def test_a_later_connector_does_not_present_a_token_that_was_replaced() -> None:
    """Another Secret ends it at once."""
    world = a_world(RotatingProvider())
    keys = [add(world, "b")]
    await run(world, keys, 60)
    keys.append(add(world, "a"))
    await run(world, keys, 60)
    assert reason(world, keys[1]) == "RefreshTokenShared"
    world.cluster.add_credential("shop", "own", refresh_token=b"own-1")
    world.rotating.know(refresh_token="own-1")
    add(world, "a", {**SPEC, "refreshToken": {"secretRef": {"name": "own"}}})
    await run(world, keys, 60)
    assert [reason(world, key) for key in keys] == ["TokenIssued", "TokenIssued"]


async def test_a_token_that_is_not_replaced_is_shared() -> None:
    """Where the provider keeps refresh tokens, both connectors present the same one."""
    world = a_world(RotatingProvider(rotates=False))
    keys = [add(world, "a"), add(world, "b")]
    await run(world, keys, 60)
    assert [reason(world, key) for key in keys] == ["TokenIssued", "TokenIssued"]


async def test_a_suspended_or_deleted_connector_does_not_come_first() -> None:
    """Only a connector that will present the token comes first."""
    world = a_world(RotatingProvider())
    add(world, "a", {**SPEC, "suspend": True})
    deleted = world.cluster.connectors[add(world, "aa")]
    world.cluster.add(replace(deleted, deleting=True))
    key = add(world, "b")
    await run(world, [key], 60)
    assert reason(world, key) == "TokenIssued"


async def test_the_connector_waits_no_longer_than_the_grant_of_the_other() -> None:
    """A grant that was revoked, or has ended, keeps no token from a new one."""
    world = a_world(RotatingProvider())
    keys = [add(world, "a"), add(world, "b")]
    await run(world, keys, 60)
    assert reason(world, keys[1]) == "RefreshTokenShared"
    world.rotating.revoke()
    world.cluster.add(replace(world.cluster.connectors[keys[0]], revoke_request="1"))
    world.cluster.add_credential("shop", "seed", refresh_token=b"seed-2")
    world.rotating.know(refresh_token="seed-2")
    await run(world, keys[:1], 5)
    await run(world, keys, 120)
    assert reason(world, keys[0]) == "TokenIssued"
    assert world.rotating.presented.count("seed-2") == 1
