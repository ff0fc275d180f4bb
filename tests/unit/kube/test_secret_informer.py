"""The informer on watches that fail in all the ways they do."""

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


class Told:
    """What an informer has told, by versions: before and after each change."""

    def __init__(self) -> None:
        self.changes: list[tuple[str | None, str | None]] = []

    def hear(self, old: SecretMetadata | None, new: SecretMetadata | None) -> None:
        """Note a change."""
        self.changes.append((old.resource_version if old else None, new.resource_version if new else None))


class Watched:
    """An informer at work on a scripted server, and what it has told."""

    def __init__(self, server: ScriptedAPI, api: KubeAPI, pace: WatchTiming) -> None:
        self.server = server
        self.store = SecretCache()
        self._told = Told()
        self.told = self._told.changes
        self.informer = SecretInformer(api, self.store, self._told.hear, pace=pace)

    def has(self, **versions: int) -> bool:
        """Tell whether the store holds exactly these versions."""
        return {secret.name: int(secret.resource_version) for secret in self.store} == versions


@asynccontextmanager
async def watching(
    *lists: StoreDecision, watches: tuple[StoreDecision, ...] = (), pace: WatchTiming = QUICK
) -> AsyncIterator[Watched]:
    """Run an informer over scripted lists (the last holds for ever) and watches (afterwards: silence)."""
    async with scripted_api() as server, KubeAPI(Access(server.url)) as api:
        server.answers.extend(lists[:-1])
        server.always = lists[-1]
        server.watches.extend(watches)
        watched = Watched(server, api, pace)
        task = asyncio.create_task(watched.informer.run())
        try:
            yield watched
        finally:
            assert not task.done(), "an informer goes on for ever"
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


EMPTY = Reply(list_page())
ONE = Reply(list_page(secret_manifest("a", 10)))


async def test_a_list_fills_the_store() -> None:
    """All its pages are in before `synced` is set, and each Secret is told."""
    pages = Reply(list_page(secret_manifest("a", 10), more="next")), Reply(list_page(secret_manifest("b", 11)))
    async with watching(*pages) as watched:
        await eventually(watched.informer.synced.is_set)
        assert watched.has(a=10, b=11)
        assert watched.told == [(None, "10"), (None, "11")]
        assert watched.server.asked[0].query["labelSelector"] == "oauthconnector.dev/managed=true"


async def test_an_empty_cluster_is_in_sync() -> None:
    """A list of metadata without items says `null`."""
    async with watching(EMPTY) as watched:
        await eventually(watched.informer.synced.is_set)
        assert watched.has()


async def test_events_are_taken_in() -> None:
    """What is added, changed and deleted is told with what was before."""
    events = (
        watch_event("ADDED", secret_manifest("b", 101)),
        watch_event("MODIFIED", secret_manifest("b", 102)),
        watch_event("DELETED", secret_manifest("a", 103)),
    )
    async with watching(ONE, watches=(Stream(events, "silence"),)) as watched:
        await eventually(lambda: watched.has(b=102))
        assert watched.told == [(None, "10"), (None, "101"), ("101", "102"), ("10", None)]


async def test_own_writes_are_not_told() -> None:
    """Who writes puts the answer into the store; what a list or the watch tells of it, and of before, is old news."""
    events = (
        watch_event("MODIFIED", secret_manifest("a", 101)),
        watch_event("MODIFIED", secret_manifest("a", 102)),
        bookmark(200),
    )
    async with watching(ONE, watches=(Stream(events),)) as watched:
        watched.store.put(secret_metadata(secret_manifest("a", 102)))
        await eventually(lambda: watched.informer._version == "200")
        assert watched.told == []
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
async def test_a_watch_that_ends_is_taken_up_where_it_was(stream: Stream) -> None:
    """It goes on from the last bookmark, without another list, and nothing is missed."""
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
    "is refused for want of rights": Reply({"reason": "Forbidden"}, 403),
    "is refused for load": Reply({"reason": "TooManyRequests"}, 429),
}


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES.keys())
async def test_a_watch_that_fails_leads_to_a_new_list(failure: StoreDecision) -> None:
    """What was missed meanwhile is in it, deletions too."""
    after = Reply(list_page(secret_manifest("b", 120), version=200))
    async with watching(ONE, after, watches=(failure,)) as watched:
        await eventually(lambda: watched.has(b=120))
        assert watched.told == [(None, "10"), (None, "120"), ("10", None)]
        await eventually(lambda: len(watched.server.watched) == 2)
        assert watched.server.watched[1].query["resourceVersion"] == "200"


LIST_FAILURES = {
    "refused": Reply({"reason": "Forbidden"}, 403),
    "broken off": Break(),
    "not by the API server": Reply({"hello": "world"}),
    "too old in the middle": Reply({"reason": "Expired"}, 410),
}


@pytest.mark.parametrize("failure", LIST_FAILURES.values(), ids=LIST_FAILURES.keys())
async def test_a_list_that_fails_is_asked_for_again(failure: StoreDecision) -> None:
    """For ever, and nothing counts as gone because of half a list."""
    half = Reply(list_page(secret_manifest("a", 10), more="next"))
    whole = Reply(list_page(secret_manifest("a", 10), secret_manifest("b", 11)))
    async with watching(half, failure, failure, half, failure, whole) as watched:
        await eventually(watched.informer.synced.is_set)
        assert watched.has(a=10, b=11)
        assert watched.told == [(None, "10"), (None, "11")]


async def test_a_server_that_ends_every_watch_at_once_is_not_hammered() -> None:
    """Watches that tell nothing are opened at a slower and slower pace."""
    pace = WatchTiming(first=0.01, longest=30.0)
    async with watching(ONE, watches=(Stream(),) * 1000, pace=pace) as watched:
        await eventually(lambda: len(watched.server.watched) >= 4)
        assert watched.informer._pauses._next >= 0.08


async def test_a_quiet_watch_that_has_lasted_is_opened_again_at_once() -> None:
    """Nothing happened in its time, which is no reason to look away."""
    pace = WatchTiming(stream=0, first=600.0)
    async with watching(ONE, watches=(Stream(), Stream()), pace=pace) as watched:
        await eventually(lambda: len(watched.server.watched) == 3)


async def test_a_sign_of_life_makes_pauses_short_again() -> None:
    """What failed last week does not slow down what fails today."""
    streams = (Stream(), Stream(), Stream(), Stream((bookmark(150),), "silence"))
    async with watching(ONE, watches=streams) as watched:
        await eventually(lambda: watched.informer._version == "150")
        assert watched.informer._pauses._next == 0.0


async def test_a_missed_deletion_is_found_by_the_next_list() -> None:
    """Lists come again after a while, whatever the watch says."""
    pace = WatchTiming(relist=0.0, first=0.001, longest=0.01)
    async with watching(ONE, Reply(list_page(version=101)), watches=(SILENT,), pace=pace) as watched:
        await eventually(lambda: watched.told == [(None, "10"), ("10", None)])
        assert watched.has()


async def test_a_secret_written_while_a_list_was_on_its_way_stays() -> None:
    """The list is older than the Secret, and knows nothing of it."""
    async with watching(EMPTY, watches=(Stream(then="cut"), Stream((watch_error(410),)))) as watched:
        watched.store.put(secret_metadata(secret_manifest("new", 150)))
        await eventually(lambda: len(watched.server.asked) == 2 and len(watched.server.watched) == 3)
        assert watched.has(new=150)
        assert watched.told == []


async def test_a_bug_in_what_hears_of_changes_does_not_end_the_watch() -> None:
    """It is logged, and the store stays true."""
    store, failures = SecretCache(), [ValueError("a bug")]

    def fail_once(_old: SecretMetadata | None, _new: SecretMetadata | None) -> None:
        if failures:
            raise failures.pop()

    async with scripted_api() as server, KubeAPI(Access(server.url)) as api:
        server.always = Reply(list_page(secret_manifest("a", 10), secret_manifest("b", 11)))
        informer = SecretInformer(api, store, fail_once, pace=QUICK)
        task = asyncio.create_task(informer.run())
        await eventually(informer.synced.is_set)
        assert len(store) == 2
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_bookmarks_are_signs_of_life() -> None:
    """A quiet watch is told from a dead one by its age."""
    async with watching(ONE, watches=(Stream((bookmark(150),), "silence"),)) as watched:
        watched.informer._contact -= 1000
        assert watched.informer.age() >= 1000
        await eventually(lambda: watched.informer.age() < 1000)
