"""A connector is read again unless the watch shows that the cached one is of the last seconds."""

import asyncio

import pytest

from oauth_connector.api.names import CONNECTORS
from oauth_connector.connector.observation import Key
from oauth_connector.kube.access import Access
from oauth_connector.kube.caches import Caches
from oauth_connector.kube.client import KubeAPI
from oauth_connector.kube.cluster import KubeCluster
from oauth_connector.kube.event_receiver import EventReceiver
from tests.support.builders import a_spec
from tests.support.scripted_api import Reply, ScriptedAPI, scripted_api

CRM, BANK = Key("shop", "crm"), Key("shop", "bank")


def a_manifest(key: Key, version: int) -> dict[str, object]:
    """Return a connector as the API server returns it."""
    metadata = {"namespace": key.namespace, "name": key.name, "uid": f"uid-{key.name}", "resourceVersion": str(version)}
    return {"metadata": {**metadata, "generation": 1}, "spec": a_spec()}


class Scene:
    """A cluster over a scripted server, and the events of a watch."""

    def __init__(self, server: ScriptedAPI, api: KubeAPI, selector: str) -> None:
        caches = Caches.build()
        self.cluster = KubeCluster(api, caches, selector)
        self._server = server
        self.caches = caches
        self._receiver = EventReceiver(caches, lambda _namespace: True)

    async def deliver(self, key: Key, version: int, kind: str = "MODIFIED") -> None:
        """Deliver an event of the watch."""
        self._receiver.receive_in_thread(CONNECTORS, kind, a_manifest(key, version))
        await asyncio.sleep(0)

    async def confirm(self, key: Key, version: int) -> tuple[str, int]:
        """Confirm a connector that has a version now; return the version that counts, and how often it was read."""
        before = len(self._server.requests)
        found = a_manifest(key, version)
        self._server.always = Reply({"items": [found], "metadata": {"resourceVersion": str(version)}, **found})
        confirmed = await self.cluster.confirm_connector(key)
        assert confirmed is not None
        return confirmed.resource_version, len(self._server.requests) - before


@pytest.mark.parametrize(("selector", "reads"), [("", 0), ("shard=a", 1)])
async def test_a_delivered_connector_is_read_again_only_in_a_shard(selector: str, reads: int) -> None:
    """A label may have moved it to another shard."""
    async with scripted_api() as server, KubeAPI(Access(server.url)) as api:
        scene = Scene(server, api, selector)
        await scene.deliver(CRM, 5)
        assert await scene.confirm(CRM, 5) == ("5", reads)


async def test_a_connector_of_a_list_is_read() -> None:
    """The later pages of a long list are old when they arrive."""
    async with scripted_api() as server, KubeAPI(Access(server.url)) as api:
        scene = Scene(server, api, "")
        scene.caches.connectors.update(a_manifest(CRM, 5))
        assert await scene.confirm(CRM, 6) == ("6", 1)


async def test_a_connector_is_read_where_the_watch_has_delivered_nothing_of_the_last_seconds() -> None:
    """What was changed meanwhile counts."""
    async with scripted_api() as server, KubeAPI(Access(server.url)) as api:
        scene = Scene(server, api, "")
        assert await scene.confirm(CRM, 7) == ("7", 1)
        assert await scene.confirm(CRM, 8) == ("8", 1)


async def test_a_write_that_the_watch_returns_saves_the_reads_of_other_connectors() -> None:
    """Everything older than the write was delivered."""
    async with scripted_api() as server, KubeAPI(Access(server.url)) as api:
        scene = Scene(server, api, "")
        await scene.confirm(BANK, 6)
        connector = scene.cluster.connector(BANK)
        assert connector is not None
        await scene.confirm(CRM, 7)
        server.always = Reply(a_manifest(BANK, 8))
        await scene.cluster.write_status(connector, connector.status)
        assert await scene.confirm(CRM, 7) == ("7", 1)
        await scene.deliver(BANK, 8)
        assert await scene.confirm(CRM, 7) == ("7", 0)
