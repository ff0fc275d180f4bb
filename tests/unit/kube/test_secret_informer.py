"""The informer with watches that fail in different ways."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from oauth_connector.connector.secret.metadata import SecretMetadata, secret_metadata
from oauth_connector.kube.access import Access
from oauth_connector.kube.client import KubeAPI
from oauth_connector.kube.secret_cache import SecretCache
from oauth_connector.kube.secret_informer import SecretInformer
from oauth_connector.kube.watch_stream import WatchTiming
from tests.support.polling import eventually
from tests.support.scripted_api import Break, Reply, ScriptedAPI, StoreDecision, Stream, scripted_api
from tests.support.secret_manifests import bookmark, list_page, secret_manifest, watch_error, watch_event

QUICK = WatchTiming(first=0.001, longest=0.01)
SILENT = Stream(then="silence")


class Changes:
    """The changes that an informer has reported, by versions: before and after each."""

    def __init__(self) -> None:
        self.changes: list[tuple[str | None, str | None]] = []

    def record(self, old: SecretMetadata | None, new: SecretMetadata | None) -> None:
        """Record a change."""
        self.changes.append((old.resource_version if old else None, new.resource_version if new else None))


class Watched:
    """An informer with a scripted server, and its reported changes."""

    def __init__(self, server: ScriptedAPI, api: KubeAPI, pace: WatchTiming) -> None:
        self.server = server
        self.store = SecretCache()
        self._changes = Changes()
        self.changes = self._changes.changes
        self.informer = SecretInformer(api, self.store, self._changes.record, pace=pace)

    def has(self, **versions: int) -> bool:
        """Return whether the cache contains exactly these versions."""
        return {secret.name: int(secret.resource_version) for secret in self.store} == versions


@asynccontextmanager
async def watching(
    *lists: StoreDecision, watches: tuple[StoreDecision, ...] = (), pace: WatchTiming = QUICK
) -> AsyncIterator[Watched]:
    """Run an informer over scripted lists (the last is repeated) and watches (then silence)."""
    async with scripted_api() as server, KubeAPI(Access(server.url)) as api:
        server.answers.extend(lists[:-1])
        server.always = lists[-1]
        server.watches.extend(watches)
        watched = Watched(server, api, pace)
        task = asyncio.create_task(watched.informer.loop.run())
        try:
            yield watched
        finally:
            assert not task.done(), "an informer goes on for ever"
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


EMPTY = Reply(list_page())
ONE = Reply(list_page(secret_manifest("a", 10)))


async def test_a_list_fills_the_cache() -> None:
    """`synced` is set after all pages, and each Secret is reported."""
    pages = Reply(list_page(secret_manifest("a", 10), more="next")), Reply(list_page(secret_manifest("b", 11)))
    async with watching(*pages) as watched:
        await eventually(watched.informer.synced.is_set)
        assert watched.has(a=10, b=11)
        assert watched.changes == [(None, "10"), (None, "11")]
        assert watched.server.asked[0].query["labelSelector"] == "oauthconnector.dev/managed=true"


async def test_an_empty_cluster_is_in_sync() -> None:
    """The items of an empty list of metadata are `null`."""
    async with watching(EMPTY) as watched:
        await eventually(watched.informer.synced.is_set)
        assert watched.has()


async def test_events_change_the_cache() -> None:
    """Each change is reported with the Secret before it."""
    events = (
        watch_event("ADDED", secret_manifest("b", 101)),
        watch_event("MODIFIED", secret_manifest("b", 102)),
        watch_event("DELETED", secret_manifest("a", 103)),
    )
    async with watching(ONE, watches=(Stream(events, "silence"),)) as watched:
        await eventually(lambda: watched.has(b=102))
        assert watched.changes == [(None, "10"), (None, "101"), ("101", "102"), ("10", None)]


async def test_writes_of_the_operator_are_not_reported() -> None:
    """A write puts its response into the cache; lists and events with this or an older version change nothing."""
    events = (
        watch_event("MODIFIED", secret_manifest("a", 101)),
        watch_event("MODIFIED", secret_manifest("a", 102)),
        bookmark(200),
    )
    async with watching(ONE, watches=(Stream(events),)) as watched:
        watched.store.put(secret_metadata(secret_manifest("a", 102)))
        await eventually(lambda: watched.informer._version == "200")
        assert watched.changes == []
        assert watched.has(a=102)


ENDS = {
    "ends in order": Stream((bookmark(150),), "end"),
    "is cut off": Stream((bookmark(150),), "cut"),
    "falls silent": Stream((bookmark(150),), "silence"),
    "breaks off in mid-line": Stream((bookmark(150), b'{"type": "ADD'), "cut"),
    "is garbled": Stream((bookmark(150), b"<html>\n"), "end"),
    "says something that is no event": Stream((bookmark(150), ["what?"]), "end"),
}


@pytest.mark.parametrize("stream", ENDS.values(), ids=ENDS.keys())
async def test_a_watch_that_ends_continues_at_its_last_version(stream: Stream) -> None:
    """It continues after the last bookmark, without another list, and no event is missed."""
    following = Stream((watch_event("ADDED", secret_manifest("b", 160)),), "silence")
    pace = WatchTiming(silence=0.5, first=0.001, longest=0.01)
    async with watching(ONE, watches=(stream, following), pace=pace) as watched:
        await eventually(lambda: watched.has(a=10, b=160))
        assert watched.server.watched[1].query["resourceVersion"] == "150"
        assert len(watched.server.asked) == 1


FAILURES = {
    "says that its version is too old": Stream((watch_error(410),), "end"),
    "says that something failed": Stream((watch_error(500),), "silence"),
    "is refused as too old": Reply({"reason": "Expired"}, 410),
    "is refused for want of permissions": Reply({"reason": "Forbidden"}, 403),
    "is refused for load": Reply({"reason": "TooManyRequests"}, 429),
}


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES.keys())
async def test_a_watch_that_fails_leads_to_a_new_list(failure: StoreDecision) -> None:
    """The list contains what was missed, and deletions are found."""
    after = Reply(list_page(secret_manifest("b", 120), version=200))
    async with watching(ONE, after, watches=(failure,)) as watched:
        await eventually(lambda: watched.has(b=120))
        assert watched.changes == [(None, "10"), (None, "120"), ("10", None)]
        await eventually(lambda: len(watched.server.watched) == 2)
        assert watched.server.watched[1].query["resourceVersion"] == "200"


LIST_FAILURES = {
    "refused": Reply({"reason": "Forbidden"}, 403),
    "broken off": Break(),
    "not by the API server": Reply({"hello": "world"}),
    "too old in the middle": Reply({"reason": "Expired"}, 410),
}


@pytest.mark.parametrize("failure", LIST_FAILURES.values(), ids=LIST_FAILURES.keys())
async def test_a_list_that_fails_is_retried(failure: StoreDecision) -> None:
    """Without an end, and an incomplete list removes nothing."""
    half = Reply(list_page(secret_manifest("a", 10), more="next"))
    whole = Reply(list_page(secret_manifest("a", 10), secret_manifest("b", 11)))
    async with watching(half, failure, failure, half, failure, whole) as watched:
        await eventually(watched.informer.synced.is_set)
        assert watched.has(a=10, b=11)
        assert watched.changes == [(None, "10"), (None, "11")]


async def test_watches_that_end_at_once_are_opened_with_growing_pauses() -> None:
    """The pauses grow while the watches have no events."""
    pace = WatchTiming(first=0.01, longest=30.0)
    async with watching(ONE, watches=(Stream(),) * 1000, pace=pace) as watched:
        await eventually(lambda: len(watched.server.watched) >= 4)
        assert watched.informer._backoff._next >= 0.08


async def test_a_quiet_watch_that_has_lasted_is_opened_again_at_once() -> None:
    """A watch without events is no failure if it lasted."""
    pace = WatchTiming(stream=0, first=600.0)
    async with watching(ONE, watches=(Stream(), Stream()), pace=pace) as watched:
        await eventually(lambda: len(watched.server.watched) == 3)


async def test_an_event_makes_pauses_short_again() -> None:
    """Earlier failures do not slow down a later retry."""
    streams = (Stream(), Stream(), Stream(), Stream((bookmark(150),), "silence"))
    async with watching(ONE, watches=streams) as watched:
        await eventually(lambda: watched.informer._version == "150")
        assert watched.informer._backoff._next == QUICK.first


async def test_a_missed_deletion_is_found_by_the_next_list() -> None:
    """All Secrets are listed again after a while, whatever the watch reports."""
    pace = WatchTiming(relist=0.0, first=0.001, longest=0.01)
    async with watching(ONE, Reply(list_page(version=101)), watches=(SILENT,), pace=pace) as watched:
        await eventually(lambda: watched.changes == [(None, "10"), ("10", None)])
        assert watched.has()


async def test_a_secret_that_is_newer_than_the_list_stays() -> None:
    """The list is older than the Secret, and does not contain it."""
    async with watching(EMPTY, watches=(Stream(then="cut"), Stream((watch_error(410),)))) as watched:
        watched.store.put(secret_metadata(secret_manifest("new", 150)))
        await eventually(lambda: len(watched.server.asked) == 2 and len(watched.server.watched) == 3)
        assert watched.has(new=150)
        assert watched.changes == []


async def test_an_error_in_on_change_does_not_end_the_watch() -> None:
    """The error is logged, and the cache stays correct."""
    store, failures = SecretCache(), [ValueError("a bug")]

    def fail_once(_old: SecretMetadata | None, _new: SecretMetadata | None) -> None:
        if failures:
            raise failures.pop()

    async with scripted_api() as server, KubeAPI(Access(server.url)) as api:
        server.always = Reply(list_page(secret_manifest("a", 10), secret_manifest("b", 11)))
        informer = SecretInformer(api, store, fail_once, pace=QUICK)
        task = asyncio.create_task(informer.loop.run())
        await eventually(informer.synced.is_set)
        assert len(store) == 2
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_a_bookmark_resets_the_age() -> None:
    """Its age shows whether a watch without events still works."""
    async with watching(ONE, watches=(Stream((bookmark(150),), "silence"),)) as watched:
        watched.informer._contact -= 1000
        assert watched.informer.age() >= 1000
        await eventually(lambda: watched.informer.age() < 1000)
