"""What one object raises ends the work on this object, and not the work on others (decision 39)."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, cast

import pytest
from structlog.testing import capture_logs

from oauth_connector.api.names import CONNECTORS, CONSENTS
from oauth_connector.connector.observation import Key
from oauth_connector.connector.secret.metadata import SecretMetadata
from oauth_connector.kube.access import Access
from oauth_connector.kube.caches import Caches
from oauth_connector.kube.client import KubeAPI
from oauth_connector.kube.connector_lister import ConnectorLister
from oauth_connector.kube.event_receiver import EventReceiver
from oauth_connector.kube.listing import REQUESTED_PAUSE
from oauth_connector.kube.object_cache import ObjectCache
from oauth_connector.kube.secret_cache import SecretCache
from oauth_connector.kube.secret_informer import OnChange, SecretInformer
from oauth_connector.kube.watch_stream import WatchTiming
from tests.support.builders import a_spec
from tests.support.polling import eventually
from tests.support.raising import RaisingManifest
from tests.support.scripted_api import Reply, ScriptedAPI, Stream, scripted_api
from tests.support.secret_manifests import list_page, secret_manifest, watch_event
from tests.support.virtual_time import run_virtually

Manifest = dict[str, Any]


def a_manifest(name: str, make: Callable[[Manifest], Manifest] = dict) -> Manifest:
    """Return a connector as the API server does, or one that raises."""
    metadata = {"namespace": "n", "name": name, "uid": f"uid-{name}", "resourceVersion": "7", "generation": 1}
    return make({"metadata": metadata, "spec": a_spec()})


class Server:
    """The lists of an API server."""

    def __init__(self, *items: Manifest) -> None:
        self.items = list(items)

    async def read_pages(self, _path: str, _query: object, _accept: str) -> AsyncIterator[Manifest]:
        """Yield one page."""
        yield {"metadata": {"resourceVersion": "100"}, "items": self.items}


def known(caches: Caches) -> list[str]:
    """Return the names of the connectors in the cache."""
    return sorted(connector.key.name for connector in caches.connectors)


def test_a_connector_that_raises_in_a_list_hides_no_other() -> None:
    """The others are cached, the list counts as complete, and one line of the log names the object."""
    server = Server(a_manifest("a"), a_manifest("bad", RaisingManifest), a_manifest("z"))
    caches, stale = Caches.build(), list[str]()

    async def run() -> None:
        lister = ConnectorLister(cast("KubeAPI", server), caches.connectors, lambda: stale.append("stale"))
        task = asyncio.create_task(lister.loop.run())
        await lister.loop.listed.wait()
        assert known(caches) == ["a", "z"]
        for _ in range(3):
            lister.loop.request()
            await asyncio.sleep(10 * REQUESTED_PAUSE)
        server.items.append(a_manifest("late", RaisingManifest))
        lister.loop.request()
        await asyncio.sleep(10 * REQUESTED_PAUSE)
        task.cancel()

    with capture_logs() as logged:
        run_virtually(run())
    assert known(caches) == ["a", "z"]
    assert stale == [], "a connector that cannot be read is no sign of a stale watch"
    failed = [(line["event"], line["name"]) for line in logged]
    assert failed[0] == ("an object failed", "bad")


def test_a_connector_that_raises_does_not_hide_one_that_the_watch_missed() -> None:
    """The watch is opened again for the other one."""
    server = Server(a_manifest("bad", RaisingManifest))
    caches, stale = Caches.build(), list[str]()

    async def run() -> None:
        lister = ConnectorLister(cast("KubeAPI", server), caches.connectors, lambda: stale.append("stale"))
        task = asyncio.create_task(lister.loop.run())
        await lister.loop.listed.wait()
        server.items.append(a_manifest("missed"))
        lister.loop.request()
        await asyncio.sleep(10 * REQUESTED_PAUSE)
        task.cancel()

    with capture_logs():
        run_virtually(run())
    assert (known(caches), stale) == (["missed"], ["stale"])


@pytest.mark.parametrize("plural", [CONNECTORS, CONSENTS])
@pytest.mark.parametrize("kind", ["ADDED", "DELETED"])
async def test_an_object_that_raises_in_an_event_ends_its_own_event(plural: str, kind: str) -> None:
    """The next event is received, and the event loop reports no error."""
    caches, errors = Caches.build(), list[object]()
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: errors.append(context))
    receiver = EventReceiver(caches, lambda _namespace: True)
    with capture_logs() as logged:
        receiver.receive_in_thread(plural, kind, {"metadata": {"namespace": "n", "name": "bad"}})
        receiver.receive_in_thread(CONNECTORS, "ADDED", a_manifest("a"))
        await asyncio.sleep(0)
    assert known(caches) == ["a"]
    assert errors == []
    assert [(line["resource"], line["namespace"], line["name"]) for line in logged] == [(plural, "n", "bad")]


@asynccontextmanager
async def an_informer(server: ScriptedAPI, on_change: OnChange, pace: WatchTiming) -> AsyncIterator[SecretCache]:
    """Run an informer, and yield its cache."""
    async with KubeAPI(Access(server.url)) as api:
        store = SecretCache()
        task = asyncio.create_task(SecretInformer(api, store, on_change, pace=pace).loop.run())
        yield store
        assert not task.done()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def without_uid(name: str, version: int) -> Manifest:
    """Return a Secret that raises when it is read."""
    manifest: Manifest = secret_manifest(name, version)
    del manifest["metadata"]["uid"]
    return manifest


def names(store: SecretCache) -> list[str]:
    """Return the names of the Secrets in the cache."""
    return sorted(secret.name for secret in store)


async def test_a_secret_that_raises_costs_no_list_and_hides_no_other() -> None:
    """Lists and events pass it over; a user who writes it again and again does not have all Secrets listed again."""
    events = (watch_event("MODIFIED", without_uid("bad", 12)), watch_event("ADDED", secret_manifest("late", 13)))
    async with scripted_api() as server:
        server.always = Reply(list_page(secret_manifest("a", 10), without_uid("bad", 11), secret_manifest("z", 9)))
        server.watches.extend([Stream(events)])
        with capture_logs():
            async with an_informer(server, lambda _old, _new: None, WatchTiming()) as store:
                await eventually(lambda: names(store) == ["a", "late", "z"])
                await eventually(lambda: len(server.watched) == 2)
        assert len(server.asked) == 1
        assert server.watched[1].query["resourceVersion"] == "13"


async def test_a_removed_secret_whose_owner_raises_does_not_end_the_list() -> None:
    """The change of each other Secret is reported."""
    reported: list[str] = []

    def report(old: SecretMetadata | None, new: SecretMetadata | None) -> None:
        if old is not None and new is None:
            reported.append(old.name)
            raise ZeroDivisionError

    async with scripted_api() as server:
        server.answers.append(Reply(list_page(secret_manifest("a", 10), secret_manifest("b", 11))))
        server.always = Reply(list_page(version=101))
        with capture_logs():
            pace = WatchTiming(relist=0.0, first=0.001, longest=0.01)
            async with an_informer(server, report, pace) as store:
                await eventually(lambda: sorted(reported) == ["a", "b"])
                assert names(store) == []


class Thing:
    """An object whose group can raise."""

    def __init__(self, version: int, *, raises: bool = False) -> None:
        self.uid, self.resource_version, self.raises = "u", str(version), raises

    @property
    def group(self) -> str:
        """The group, or an error."""
        if self.raises:
            raise ZeroDivisionError
        return "g"


@pytest.mark.parametrize("part", ["group", "rank"])
def test_an_object_that_raises_leaves_the_cache_as_it_was(part: str) -> None:
    """The known version stays in its group, and can be replaced and removed."""

    def rank_of(thing: Thing) -> float:
        return float(part == "rank" and len(thing.group))

    def group_of(thing: Thing) -> str:
        return thing.group if part == "group" else "g"

    cache = ObjectCache[Thing](lambda _thing: Key("n", "a"), group_of, rank_of)
    first, last = Thing(1), Thing(3)
    assert cache.put(first)
    with pytest.raises(ZeroDivisionError):
        cache.put(Thing(2, raises=True))
    assert cache.group("g") == (first,)
    assert cache.put(last)
    assert cache.group("g") == (last,)
    assert cache.remove(Thing(4))
    assert cache.group("g") == ()
