"""The registration of a client ends with its connector, where the server allows that."""

from tests.support.consenting import consent
from tests.support.registering_provider import SERVER, RegistrationScene
from tests.support.world import KEY


async def test_a_deleted_connector_deletes_its_registration() -> None:
    """With the token of the registration, once (RFC 7592 §2.3)."""
    scene = RegistrationScene()
    await consent(scene.world)
    del scene.world.cluster.connectors[KEY]
    await scene.world.reconcile(KEY)
    assert scene.server.managed == [(f"{SERVER}/register/client-1", "Bearer manage-client-1")]


async def test_a_connector_that_is_deleted_after_a_restart_deletes_its_registration() -> None:
    """The state Secret contains what deletes it, until the garbage collector comes."""
    scene = RegistrationScene()
    await consent(scene.world)
    scene.world.start()
    del scene.world.cluster.connectors[KEY]
    await scene.world.reconcile(KEY)
    assert scene.server.managed == [(f"{SERVER}/register/client-1", "Bearer manage-client-1")]


async def test_a_retained_grant_keeps_its_registration() -> None:
    """A connector that is created again continues with the client of its refresh token."""
    scene = RegistrationScene(output={"deletionPolicy": "Retain"})
    await consent(scene.world)
    del scene.world.cluster.connectors[KEY]
    await scene.world.reconcile(KEY)
    assert scene.server.managed == []
