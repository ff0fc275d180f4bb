"""Which state Secrets are used: after an upgrade, a restore, a change of the key, and a change of the connector."""

from dataclasses import replace

import pytest

from oauth_connector.connector.grant.state import state_name
from oauth_connector.connector.observation import Connector
from oauth_connector.consent_protocol.operator_keys import OperatorKeys
from oauth_connector.controller.ports import LiveSecret
from tests.support.builders import a_connector
from tests.support.consenting import CODE_SPEC, consent
from tests.support.rotating_provider import RotatingProvider
from tests.support.world import World

SECRETS = ("crm-token", state_name("crm"))
RETAINED = {**CODE_SPEC, "output": {"deletionPolicy": "Retain"}}


@pytest.fixture
async def connected(consenting: World) -> World:
    """Return a connector with a grant that was refreshed once."""
    await consenting.run()
    await consent(consenting)
    consenting.request_refresh("1")
    await consenting.run(60)
    assert consenting.token == "token-2"
    return consenting


def strip_signatures(world: World) -> None:
    """Leave both Secrets as an earlier release has written them."""
    for name in SECRETS:
        change(world, name, signature=None)


def change(world: World, name: str, **metadata: object) -> None:
    """Change the metadata of a Secret."""
    live = world.cluster.secrets["shop", name]
    world.cluster.secrets["shop", name] = LiveSecret(replace(live.metadata, **metadata), live.data)  # type: ignore[arg-type]  # names of fields


def rotate_key(world: World) -> None:
    """Give the operator another key, as after the deletion of its Secret, or in another install."""
    world.keys.keys = OperatorKeys(b"another key of thirty-two bytes.")


def replace_connector(world: World, spec: dict[str, object] = CODE_SPEC) -> None:
    """Delete the connector, and create another one of the same name without a status."""
    created = a_connector(spec, uid="uid-of-another", generation=1)
    assert isinstance(created, Connector)
    world.cluster.add(created)
    for name in SECRETS:
        change(world, name, owner_uid=None)


def restore(world: World) -> None:
    """Restore connector and Secrets from a backup: with other UIDs, without owners, without status."""
    replace_connector(world)
    for name in SECRETS:
        change(world, name, uid=f"restored-{name}", intact=False, has_owned_data=False)


def is_signed(world: World) -> bool:
    """Return whether the state Secret has a signature."""
    return world.cluster.secrets["shop", state_name("crm")].metadata.signature is not None


async def refresh(world: World) -> str | None:
    """Restart the operator and request a refresh; return the reason of `Ready`."""
    before = len(world.rotating.requests)
    world.start()
    await world.run()
    assert len(world.rotating.requests) == before
    world.request_refresh("later")
    await world.run(60)
    return world.reason()


async def test_the_state_of_an_earlier_release_is_used_and_signed(connected: World) -> None:
    """An upgrade sends no request: the state holds the token that status says was published."""
    strip_signatures(connected)
    assert await refresh(connected) == "TokenIssued"
    assert (connected.token, connected.rotating.presented) == ("token-3", ["refresh-1", "refresh-2"])
    assert is_signed(connected)


async def test_the_state_of_another_key_is_used_and_signed(connected: World) -> None:
    """A key that was deleted, and a connector that moves to another install, cost no grant."""
    rotate_key(connected)
    assert await refresh(connected) == "TokenIssued"
    assert connected.token == "token-3"
    rotated = connected.cluster.secrets["shop", state_name("crm")].metadata.signature
    connected.request_refresh("again")
    await connected.run(60)
    assert (connected.token, rotated is None) == ("token-4", False)


async def test_the_state_of_an_earlier_release_with_another_token_is_not_used(connected: World) -> None:
    """Its author does not know the published token."""
    strip_signatures(connected)
    live = connected.cluster.secrets["shop", state_name("crm")]
    forged = LiveSecret(live.metadata, {**live.data, "access_token": b"guessed", "refresh_token": b"forged"})
    connected.cluster.secrets["shop", state_name("crm")] = forged
    await refresh(connected)
    assert connected.rotating.presented == ["refresh-1"]
    assert connected.reason("RefreshFailed") == "StateConflict"
    assert connected.state["refresh_token"] == "forged"


async def test_a_restored_state_is_used_with_the_key(connected: World) -> None:
    """The token is published again without a request, and both Secrets get their owner."""
    restore(connected)
    assert await refresh(connected) == "TokenIssued"
    assert connected.token == "token-3"
    owners = {connected.cluster.secrets["shop", name].metadata.owner_uid for name in SECRETS}
    assert owners == {"uid-of-another"}


async def test_a_restored_state_is_named_without_the_key(connected: World) -> None:
    """It looks like a forged one, and stays as it is: the key may be restored later."""
    restore(connected)
    rotate_key(connected)
    assert await refresh(connected) == "StateConflict"
    assert connected.rotating.presented == ["refresh-1"]
    connected.keys.keys = type(connected.keys)().keys
    assert await refresh(connected) == "TokenIssued"


async def test_the_grant_of_a_deleted_connector_is_not_inherited(connected: World) -> None:
    """A user who deletes a connector with `--cascade=orphan` and creates a namesake does not get its token."""
    replace_connector(connected)
    assert await refresh(connected) == "StateConflict"
    assert connected.rotating.presented == ["refresh-1"]


@pytest.fixture
async def retained() -> World:
    """Return a connector whose Secrets stay when it is deleted."""
    world = World(RotatingProvider())
    world.cluster.add(a_connector(RETAINED))
    world.cluster.add_credential("shop", "robot", client_secret=b"s3cret")
    await world.run()
    await consent(world)
    world.request_refresh("1")
    await world.run(60)
    assert world.token == "token-2"
    return world


async def test_a_retained_grant_is_inherited(retained: World) -> None:
    """It is for the next connector of this name that retains the same output Secret."""
    replace_connector(retained, RETAINED)
    assert await refresh(retained) == "TokenIssued"
    assert retained.token == "token-3"


async def test_a_retained_grant_is_not_inherited_by_a_connector_that_deletes(retained: World) -> None:
    """Its author was not asked for the permission to read the grant, and would end it with the connector."""
    replace_connector(retained, CODE_SPEC)
    assert await refresh(retained) == "StateConflict"
    assert retained.rotating.presented == ["refresh-1"]
    replace_connector(retained, RETAINED)
    assert await refresh(retained) == "TokenIssued"


async def test_a_retained_grant_is_not_inherited_for_another_output(retained: World) -> None:
    """Its token would be readable in another Secret."""
    replace_connector(retained, {**CODE_SPEC, "output": {"secretName": "mine", "deletionPolicy": "Retain"}})
    assert await refresh(retained) == "StateConflict"
    assert ("shop", "mine") not in retained.cluster.secrets


async def test_a_copy_in_another_place_is_not_used(connected: World) -> None:
    """A signature is for one namespace, name and connector: a user's own state proves nothing elsewhere."""
    restore(connected)
    copied = connected.cluster.secrets["shop", state_name("crm")]
    connected.cluster.secrets["shop", state_name("crm")] = LiveSecret(
        replace(copied.metadata, connector_uid="uid-of-another"), copied.data
    )
    assert await refresh(connected) == "StateConflict"


async def test_a_state_without_tokens_is_replaced(consenting: World) -> None:
    """Where nothing can be lost no user has to delete the Secret."""
    await consenting.run()
    await consent(consenting)
    consenting.request_revocation("1")
    await consenting.run(60)
    change(consenting, state_name("crm"), signature=None)
    consenting.start()
    await consenting.run(60)
    assert consenting.reason() == "ConsentRequired"
    await consent(consenting, "crm-2", "code-2")
    assert consenting.reason() == "TokenIssued"
    assert is_signed(consenting)
