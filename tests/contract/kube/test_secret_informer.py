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


class Changes:
    """The changes that an informer has reported: the name, and whether the Secret existed before and after."""

    def __init__(self) -> None:
        self.changes: list[tuple[str, bool, bool]] = []

    def hear(self, old: SecretMetadata | None, new: SecretMetadata | None) -> None:
        """Record a change."""
        secret = new or old
        self.changes.append((secret.name if secret else "", old is not None, new is not None))


@asynccontextmanager
async def informed(api: KubeAPI, namespace: str, pace: WatchTiming) -> AsyncIterator[tuple[SecretCache, Changes]]:
    """Run an informer over the Secrets of a namespace, and wait for its first list."""
    cache, changes = SecretCache(), Changes()
    source = Source(f"/api/v1/namespaces/{namespace}/secrets", f"{MANAGED}=true")
    informer = SecretInformer(api, cache, changes.hear, source, pace)
    task = asyncio.create_task(informer.loop.run())
    try:
        await eventually(informer.synced.is_set)
        yield cache, changes
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


async def test_the_cache_follows_the_cluster(admin: KubeAPI, namespace: Namespace) -> None:
    """Over many short streams: existing Secrets, new ones, edits of other managers, deletions."""
    await add(admin, namespace.name, "before")
    async with informed(admin, namespace.name, WatchTiming(stream=2)) as (cache, changes):
        assert cache.get(Key(namespace.name, "before")) is not None
        await add(admin, namespace.name)
        await eventually(lambda: (found := cache.get(Key(namespace.name, "a"))) is not None and found.intact)
        await namespace.edit("secrets", "a", {"data": {"access_token": "ZWRpdGVk"}})
        await eventually(lambda: (found := cache.get(Key(namespace.name, "a"))) is not None and not found.intact)
        await namespace.delete("secrets", "before")
        await eventually(lambda: cache.get(Key(namespace.name, "before")) is None)
        assert changes.changes == [
            ("before", False, True),
            ("a", False, True),
            ("a", True, True),
            ("before", True, False),
        ]


async def test_secrets_without_the_label_stay_out(admin: KubeAPI, namespace: Namespace) -> None:
    """The other Secrets of the cluster use no memory."""
    async with informed(admin, namespace.name, WatchTiming()) as (cache, _):
        await namespace.add_secret("foreign", password="x")
        await add(admin, namespace.name)
        await eventually(lambda: len(cache) == 1)
        assert cache.get(Key(namespace.name, "foreign")) is None


async def test_writes_are_known_at_once_and_reported_once_at_most(admin: KubeAPI, namespace: Namespace) -> None:
    """Of the response and its event in the watch, the second changes nothing."""
    async with informed(admin, namespace.name, WatchTiming()) as (cache, changes):
        for name in ("a", "b", "c"):
            cache.put(await add(admin, namespace.name, name))
            assert cache.get(Key(namespace.name, name)) is not None
        await add(admin, namespace.name, "last")
        await eventually(lambda: ("last", False, True) in changes.changes)
        assert len(changes.changes) == len(set(changes.changes))
        assert {secret.name for secret in cache} == {"a", "b", "c", "last"}


@pytest.fixture(scope="module")
def plane() -> Iterator[ControlPlane]:
    """Yield a control plane whose API server may be stopped."""
    with ControlPlane() as made:
        yield made


async def restart(plane: ControlPlane) -> None:
    """Stop the API server and start it again."""
    await asyncio.to_thread(plane.stop_api_server)
    await asyncio.to_thread(plane.start_api_server)


async def test_the_informer_continues_after_a_restart_of_the_api_server(plane: ControlPlane) -> None:
    """Later changes are reported as before."""
    pace = WatchTiming(first=0.05, longest=0.5)
    async with admin_of(plane) as api, informed(api, "default", pace) as (cache, _):
        await add(api, "default")
        await eventually(lambda: cache.get(Key("default", "a")) is not None)
        await restart(plane)
        await add(api, "default", "b")
        await eventually(lambda: cache.get(Key("default", "b")) is not None)


async def test_a_version_that_is_too_old_is_an_error_event(plane: ControlPlane) -> None:
    """The response to the watch is 200, and its first event is an ERROR with code 410."""
    await restart(plane)
    source = Source("/api/v1/secrets", f"{MANAGED}=true")
    async with admin_of(plane) as api, asyncio.timeout(20):
        with pytest.raises(KubeError, match="410 Expired"):
            _ = [event async for event in stream_events(api, source, "1", WatchTiming())]
