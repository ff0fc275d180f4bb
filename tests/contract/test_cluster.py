"""One suite, two clusters: the adapter to the real API server and the fake that unit tests use must behave alike."""

import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest

from devtools.cluster.control_plane import ControlPlane
from oauth_connector.connector.observation import Connector, Key
from oauth_connector.connector.secret.rendering import recover, render
from oauth_connector.controller.ports import Cluster, LiveSecret, SecretWritten, WriteConflict
from oauth_connector.kube.caches import Caches
from oauth_connector.kube.cluster import KubeCluster
from tests.support.builders import a_connector, a_spec, a_token
from tests.support.cluster import Namespace, admin_of, new_namespace
from tests.support.fake_cluster import FakeCluster

_names = itertools.count(1)


@dataclass
class World:
    """A cluster, and changes that a user makes in it."""

    cluster: Cluster
    namespace: Namespace | None

    async def add_connector(self) -> Connector:
        """Create a connector, and read it through the port."""
        name = f"c{next(_names)}"
        if self.namespace is None:
            assert isinstance(self.cluster, FakeCluster)
            found = self.cluster.add(replace(a_connector(), key=Key("shop", name)))
            assert isinstance(found, Connector)
            return found
        await self.namespace.add_connector(name, a_spec())
        read = await self.cluster.read_connector(Key(self.namespace.name, name))
        assert isinstance(read, Connector)
        return read

    async def edit(self, secret: str) -> None:
        """Change the token in a Secret, as a user does."""
        if self.namespace is None:
            assert isinstance(self.cluster, FakeCluster)
            self.cluster.edit("shop", secret, access_token=b"tampered")
        else:
            await self.namespace.edit("secrets", secret, {"data": {"access_token": "dGFtcGVyZWQ="}})

    async def write_secret(self, connector: Connector) -> LiveSecret:
        """Write a connector's Secret and read it."""
        created = await self.cluster.create_secret(connector.key.namespace, render(a_token(connector), connector))
        assert isinstance(created, SecretWritten)
        live = await self.cluster.read_secret(connector.key.namespace, connector.output_name)
        assert live is not None
        return live


@pytest.fixture(params=["fake", "real"])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    """Yield each of the two."""
    if request.param == "fake":
        yield World(FakeCluster(), None)
        return
    plane: ControlPlane = request.getfixturevalue("control_plane")
    async with admin_of(plane) as api, new_namespace(api) as namespace:
        yield World(KubeCluster(api, Caches.build()), namespace)


async def test_a_secret_is_created_once(world: World) -> None:
    """A POST of an existing object is a conflict; the first write is in the cache at once."""
    connector = await world.add_connector()
    live = await world.write_secret(connector)
    assert live.metadata.intact
    assert live.metadata.managed
    assert recover(live.metadata, live.data) == a_token(connector)
    seen = world.cluster.output(connector.key.namespace, connector.output_name)
    assert seen is not None
    assert seen.uid == live.metadata.uid
    again = await world.cluster.create_secret(connector.key.namespace, render(a_token(connector), connector))
    assert again == WriteConflict()


async def test_an_update_requires_the_version_that_was_read(world: World) -> None:
    """A Secret that has changed since the read is not overwritten."""
    connector = await world.add_connector()
    live = await world.write_secret(connector)
    rendered = render(a_token(connector, issued=1_800_000_100), connector)
    assert isinstance(await world.cluster.update_secret(live, rendered), SecretWritten)
    assert await world.cluster.update_secret(live, rendered) == WriteConflict()


async def test_an_update_of_a_deleted_secret_creates_nothing(world: World) -> None:
    """A Secret that was deleted since the read stays deleted."""
    connector = await world.add_connector()
    live = await world.write_secret(connector)
    await world.cluster.delete_secret(live.metadata)
    assert await world.cluster.update_secret(live, render(a_token(connector), connector)) == WriteConflict()
    assert await world.cluster.read_secret(connector.key.namespace, connector.output_name) is None
    assert world.cluster.output(connector.key.namespace, connector.output_name) is None


async def test_a_secret_is_read_with_its_type(world: World) -> None:
    """An update leaves the type as it is: the API server lets no client change it."""
    connector = await world.add_connector()
    rendered = render(a_token(connector), connector)
    written = await world.cluster.create_secret(connector.key.namespace, replace(rendered, type="example.com/token"))
    assert isinstance(written, SecretWritten)
    assert written.live.type == "example.com/token"
    updated = await world.cluster.update_secret(written.live, rendered)
    assert isinstance(updated, SecretWritten)
    assert updated.live.type == "example.com/token"


async def test_an_edit_by_another_client_shows_in_the_metadata(world: World) -> None:
    """A Secret that a user has changed is not intact; the next write of the operator repairs it."""
    connector = await world.add_connector()
    await world.write_secret(connector)
    await world.edit(connector.output_name)
    live = await world.cluster.read_secret(connector.key.namespace, connector.output_name)
    assert live is not None
    assert not live.metadata.intact
    written = await world.cluster.update_secret(live, render(a_token(connector), connector))
    assert isinstance(written, SecretWritten)
    assert written.metadata.intact


async def test_a_status_requires_the_version_that_was_read(world: World) -> None:
    """A status is written for the version that was read, is in the cache at once, and does not replace a newer one."""
    connector = await world.add_connector()
    status = connector.status.model_copy(update={"observed_generation": 1, "last_handled_refresh": "x"})
    updated = await world.cluster.write_status(connector, status)
    assert updated is not None
    assert updated.status == status
    assert world.cluster.connector(connector.key) == updated
    assert await world.cluster.write_status(connector, status) is None
    cleared = status.model_copy(update={"last_handled_refresh": None})
    after = await world.cluster.write_status(updated, cleared)
    assert after is not None
    assert after.status.last_handled_refresh is None, "an absent field is removed"


async def test_a_missing_object_reads_as_none(world: World) -> None:
    """A missing credential has a version without a UID."""
    namespace = world.namespace.name if world.namespace else "shop"
    assert await world.cluster.read_connector(Key(namespace, "none")) is None
    assert await world.cluster.read_secret(namespace, "none") is None
    assert await world.cluster.read_credential(namespace, "none") is None
    assert await world.cluster.read_config_map(namespace, "none") is None
    assert (await world.cluster.read_version(namespace, "none")).uid == ""
    assert not await world.cluster.is_terminating(namespace)
