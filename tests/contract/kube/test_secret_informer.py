"""The informer on a real API server."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress

import pytest

from devtools.cluster.control_plane import ControlPlane
from oauth_connector.api.names import FIELD_MANAGER, MANAGED
from oauth_connector.connector.observation import Key
from oauth_connector.connector.secret.metadata import SecretMetadata, secret_metadata
from oauth_connector.kube.client import KubeAPI
from oauth_connector.kube.errors import KubeError
from oauth_connector.kube.listing import Source
from oauth_connector.kube.secret_cache import SecretCache
from oauth_connector.kube.secret_informer import SecretInformer
from oauth_connector.kube.watch_stream import WatchTiming, stream_events
from tests.support.cluster import Namespace, admin_of
from tests.support.polling import eventually

FIELDS = '{"AccessToken":"access_token"}'


class Told:
    """What an informer has told: the name, and whether the Secret was there before and after."""

    def __init__(self) -> None:
        self.changes: list[tuple[str, bool, bool]] = []

    def hear(self, old: SecretMetadata | None, new: SecretMetadata | None) -> None:
        """Note a change."""
        secret = new or old
        self.changes.append((secret.name if secret else "", old is not None, new is not None))


@asynccontextmanager
async def informed(api: KubeAPI, namespace: str, pace: WatchTiming) -> AsyncIterator[tuple[SecretCache, Told]]:
    """Run an informer over the Secrets of a namespace, and wait for its first list."""
    store, told = SecretCache(), Told()
    source = Source(f"/api/v1/namespaces/{namespace}/secrets", f"{MANAGED}=true")
    informer = SecretInformer(api, store, told.hear, source, pace)
    task = asyncio.create_task(informer.run())
    try:
        await eventually(informer.synced.is_set)
        yield store, told
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def add(api: KubeAPI, namespace: str, name: str = "a") -> SecretMetadata:
    """Create a Secret as the operator does."""
    notes = {"oauthconnector.dev/fields": FIELDS}
    metadata = {"name": name, "labels": {MANAGED: "true"}, "annotations": notes}
    body = {"metadata": metadata, "data": {"access_token": "YQ=="}}
    return secret_metadata(await api.create(f"/api/v1/namespaces/{namespace}/secrets", body, FIELD_MANAGER))


async def test_the_store_follows_the_cluster(admin: KubeAPI, namespace: Namespace) -> None:
    """Over many short streams: what is there, what comes, what others edit, what goes."""
    await add(admin, namespace.name, "before")
    async with informed(admin, namespace.name, WatchTiming(stream=2)) as (store, told):
        assert store.get(Key(namespace.name, "before")) is not None
        await add(admin, namespace.name)
        await eventually(lambda: (found := store.get(Key(namespace.name, "a"))) is not None and found.intact)
        await namespace.edit("secrets", "a", {"data": {"access_token": "ZWRpdGVk"}})
        await eventually(lambda: (found := store.get(Key(namespace.name, "a"))) is not None and not found.intact)
        await namespace.delete("secrets", "before")
        await eventually(lambda: store.get(Key(namespace.name, "before")) is None)
        assert told.changes == [
            ("before", False, True),
            ("a", False, True),
            ("a", True, True),
            ("before", True, False),
        ]


async def test_secrets_without_our_label_stay_out(admin: KubeAPI, namespace: Namespace) -> None:
    """The rest of the cluster's Secrets cost no memory."""
    async with informed(admin, namespace.name, WatchTiming()) as (store, _):
        await namespace.add_secret("foreign", password="x")
        await add(admin, namespace.name)
        await eventually(lambda: len(store) == 1)
        assert store.get(Key(namespace.name, "foreign")) is None


async def test_own_writes_are_known_at_once_and_told_once_at_most(admin: KubeAPI, namespace: Namespace) -> None:
    """Of the answer and its echo in the watch, whichever comes second is no news."""
    async with informed(admin, namespace.name, WatchTiming()) as (store, told):
        for name in ("a", "b", "c"):
            store.put(await add(admin, namespace.name, name))
            assert store.get(Key(namespace.name, name)) is not None
        await add(admin, namespace.name, "last")
        await eventually(lambda: ("last", False, True) in told.changes)
        assert len(told.changes) == len(set(told.changes))
        assert {secret.name for secret in store} == {"a", "b", "c", "last"}


@pytest.fixture(scope="module")
def plane() -> Iterator[ControlPlane]:
    """Give a control plane whose API server may be stopped."""
    with ControlPlane() as made:
        yield made


async def restart(plane: ControlPlane) -> None:
    """Stop the API server and start it again."""
    await asyncio.to_thread(plane.stop_api_server)
    await asyncio.to_thread(plane.start_api_server)


async def test_a_restart_of_the_api_server_is_survived(plane: ControlPlane) -> None:
    """What comes afterwards is known as before."""
    pace = WatchTiming(first=0.05, longest=0.5)
    async with admin_of(plane) as api, informed(api, "default", pace) as (store, _):
        await add(api, "default")
        await eventually(lambda: store.get(Key("default", "a")) is not None)
        await restart(plane)
        await add(api, "default", "b")
        await eventually(lambda: store.get(Key("default", "b")) is not None)


async def test_a_version_that_is_too_old_is_told_as_an_event(plane: ControlPlane) -> None:
    """The watch is answered with 200; then comes an ERROR of code 410."""
    await restart(plane)
    source = Source("/api/v1/secrets", f"{MANAGED}=true")
    async with admin_of(plane) as api, asyncio.timeout(20):
        with pytest.raises(KubeError, match="410 Expired"):
            _ = [event async for event in stream_events(api, source, "1", WatchTiming())]
