"""A connector that is deleted: its registrations at the authorization server are deleted, too."""

from dataclasses import replace

import pytest
from pydantic import SecretStr

from oauth_connector.connector.grant.state import GrantState
from oauth_connector.connector.observation import Connector
from oauth_connector.controller.context import ControllerContext
from oauth_connector.controller.ports import Ports, SoleProcess
from oauth_connector.controller.registration_deletions import RegistrationDeletions
from oauth_connector.controller.server_finder import ServerFinder
from oauth_connector.oauth.registration import RegisteredClient
from tests.support.builders import a_connector
from tests.support.world import KEY, World

ISSUER = "https://login.example.com"
REGISTERED = RegisteredClient(
    ISSUER,
    "client-1",
    "https://connect.example.com/callback",
    management_url=f"{ISSUER}/register/client-1",
    management_token=SecretStr("managed"),
)


@pytest.fixture
async def deletions(world: World) -> RegistrationDeletions:
    """Return what remembers one registration of the connector."""
    ports = Ports(world.cluster, world.provider, world.recorder, world.clock, world.keys, SoleProcess())
    finder = ServerFinder(world.cluster, world.provider, world.clock)
    made = RegistrationDeletions(ControllerContext(ports, world.memory, lambda _key: None), finder)
    connector = world.cluster.connectors[KEY]
    assert isinstance(connector, Connector)
    await made.remember(connector, GrantState(client=REGISTERED))
    return made


async def test_the_registrations_of_a_deleted_connector_are_deleted(
    world: World, deletions: RegistrationDeletions
) -> None:
    """One request, at the address that the server gave."""
    del world.cluster.connectors[KEY]
    await deletions.delete_all(KEY)
    assert world.calls == 1


async def test_the_registrations_of_a_connector_that_exists_stay(
    world: World, deletions: RegistrationDeletions
) -> None:
    """Another install may be responsible for it now."""
    await deletions.delete_all(KEY)
    assert world.calls == 0


async def test_a_later_connector_of_the_same_name_does_not_keep_them(
    world: World, deletions: RegistrationDeletions
) -> None:
    """It registers clients of its own, and no connector names the former ones."""
    world.cluster.add(replace(a_connector(), uid="another"))
    await deletions.delete_all(KEY)
    assert world.calls == 1
