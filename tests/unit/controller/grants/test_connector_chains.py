"""Connectors that present the tokens of each other: loops are refused before anything is sent."""

from dataclasses import replace

import pytest

from oauth_connector.connector.observation import Key
from tests.support.builders import a_connector, a_spec
from tests.support.exchanges import FROM_CONNECTOR, message_of, publish_subject, start_exchange
from tests.support.world import World


def add_connector(world: World, name: str, refers_to: str) -> None:
    """Add a connector that presents the token of another one."""
    spec = a_spec(grantType="TokenExchange", tokenExchange={"subjectToken": {"connectorRef": {"name": refers_to}}})
    world.cluster.add(replace(a_connector(spec), key=Key("shop", name)))


LOOPS: dict[str, tuple[tuple[str, str], ...]] = {
    "itself": (),
    "two": (("user", "crm"),),
    "three": (("user", "more"), ("more", "crm")),
}


@pytest.mark.parametrize("name", LOOPS)
async def test_a_loop_of_connectors_is_refused(name: str) -> None:
    """Each connector of a loop would wait for another one, so nothing is sent, whatever the Secrets contain."""
    own = "crm" if name == "itself" else "user"
    world = start_exchange({"subjectToken": {"connectorRef": {"name": own}}})
    for connector, refers_to in LOOPS[name]:
        add_connector(world, connector, refers_to)
    publish_subject(world)
    await world.run(600)
    assert (world.provider.requests, world.reason()) == ([], "CredentialsInvalid")
    assert "it depends on the token of this connector. Refer to another connector in `spec.tokenEx" in message_of(world)


async def test_a_loop_elsewhere_is_not_followed_forever() -> None:
    """Two other connectors that refer to each other wait; this one waits for the first of them."""
    world = start_exchange(FROM_CONNECTOR)
    add_connector(world, "user", "more")
    add_connector(world, "more", "user")
    await world.run(60)
    assert "there is none yet" in message_of(world)


@pytest.mark.parametrize(("length", "is_too_long"), [(15, False), (16, True)])
async def test_a_chain_of_connectors_has_a_bound(length: int, *, is_too_long: bool) -> None:
    """Each connector of the chain is read before a request."""
    world = start_exchange({"subjectToken": {"connectorRef": {"name": "c0"}}})
    for number in range(length):
        add_connector(world, f"c{number}", f"c{number + 1}")
    await world.run(60)
    assert ("it depends on 16 connectors" in message_of(world)) is is_too_long
