"""The list of connectors finds what the watch has missed, and gives a slow watch time."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, cast

from structlog.testing import capture_logs

from oauth_connector.connector.observation import Key
from oauth_connector.kube.client import METADATA_LIST, KubeAPI
from oauth_connector.kube.connector_cache import ConnectorCache
from oauth_connector.kube.connector_lister import SLOW_WATCH, ConnectorLister
from oauth_connector.kube.errors import KubeError
from oauth_connector.kube.listing import REQUESTED_PAUSE
from tests.support.builders import a_spec
from tests.support.virtual_time import run_virtually

LONG = 10 * REQUESTED_PAUSE
"""Seconds after which the lister waits for nothing but the next request."""


def a_manifest(name: str) -> dict[str, Any]:
    """Return a connector as the API server does."""
    metadata = {"namespace": "n", "name": name, "uid": f"uid-{name}", "resourceVersion": "7", "generation": 1}
    return {"metadata": metadata, "spec": a_spec()}


class Server:
    """The lists of an API server."""

    def __init__(self, *names: str) -> None:
        self.names = list(names)
        self.lists: list[str] = []
        self.before_page: Callable[[], object] = lambda: None
        self.failures = 0

    async def read_pages(self, _path: str, _query: object, accept: str) -> AsyncIterator[dict[str, Any]]:
        """Yield one page, and record its kind."""
        self.lists.append("names" if accept == METADATA_LIST else "whole")
        self.before_page()
        if self.failures:
            self.failures -= 1
            raise KubeError(503, "Unavailable")
        yield {"metadata": {"resourceVersion": "100"}, "items": [a_manifest(name) for name in self.names]}


class Scene:
    """A running lister, and how often it found the watch stale."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.stale = 0
        self.connectors = ConnectorCache(lambda _key: None)
        self.lister = ConnectorLister(cast("KubeAPI", server), self.connectors, self._notice)

    def _notice(self) -> None:
        self.stale += 1

    def knows(self, name: str) -> bool:
        """Return whether a connector is in the cache."""
        return self.connectors.get(Key("n", name)) is not None


def run_scene(server: Server, story: Callable[[Scene], Awaitable[None]]) -> Scene:
    """Run a lister through a story in virtual time."""

    async def run() -> Scene:
        scene = Scene(server)
        task = asyncio.create_task(scene.lister.loop.run())
        await scene.lister.loop.listed.wait()
        await story(scene)
        task.cancel()
        return scene

    return run_virtually(run())


def test_connectors_that_the_watch_missed_are_read_once() -> None:
    """A slow or stale watch is opened again once; the missing connectors are read from a list."""
    server = Server("a")

    async def story(scene: Scene) -> None:
        server.names.append("b")
        for _ in range(3):
            scene.lister.loop.request()
            await asyncio.sleep(LONG)

    scene = run_scene(server, story)
    assert scene.knows("b")
    assert scene.stale == 1
    assert server.lists == ["whole", "names", "whole", "names", "names"]


def test_the_content_is_listed_when_a_watch_starts() -> None:
    """The watch does not report what was created, changed or deleted before; its start shows nothing stale."""
    server = Server("a", "b")

    async def story(scene: Scene) -> None:
        server.names = ["b", "c"]
        scene.lister.request_content()
        await asyncio.sleep(0.1)
        assert [scene.knows(name) for name in "abc"] == [False, True, True]

    scene = run_scene(server, story)
    assert scene.stale == 0
    assert server.lists == ["whole", "whole"]


def test_a_watch_that_starts_while_the_content_is_listed_needs_another_list() -> None:
    """The first pages are older than the start."""
    server = Server("a")

    async def story(scene: Scene) -> None:
        await asyncio.sleep(REQUESTED_PAUSE)
        server.before_page = scene.lister.request_content
        scene.lister.request_content()
        await asyncio.sleep(0.1)
        assert scene.lister.is_content_due
        server.before_page = lambda: None
        await asyncio.sleep(LONG)
        assert not scene.lister.is_content_due

    assert run_scene(server, story).server.lists == ["whole", "whole", "whole"]


def test_a_list_of_the_content_that_fails_is_repeated() -> None:
    """Until it succeeds, a list of the names is not sufficient."""
    server = Server("a")

    async def story(scene: Scene) -> None:
        await asyncio.sleep(REQUESTED_PAUSE)
        server.failures = 2
        scene.lister.request_content()
        await asyncio.sleep(LONG)
        assert not scene.lister.is_content_due

    with capture_logs():
        assert run_scene(server, story).server.lists == ["whole", "whole", "whole", "whole"]


def test_a_watch_that_was_opened_again_meanwhile_is_not_stale() -> None:
    """What is missing is listed after its start, which has just been reported."""
    server = Server("a")

    async def story(scene: Scene) -> None:
        await asyncio.sleep(REQUESTED_PAUSE)
        server.names.append("b")
        scene.lister.loop.request()
        await asyncio.sleep(SLOW_WATCH / 2)
        scene.lister.request_content()
        await asyncio.sleep(LONG)

    scene = run_scene(server, story)
    assert scene.knows("b")
    assert scene.stale == 0


def test_a_watch_that_starts_again_and_again_costs_a_list_every_few_seconds() -> None:
    """Neither more of them, nor none because the next start always comes before the list."""
    server = Server("a")

    async def story(scene: Scene) -> None:
        for _ in range(100):
            scene.lister.request_content()
            await asyncio.sleep(REQUESTED_PAUSE / 10)

    assert run_scene(server, story).server.lists == ["whole"] * (2 + 10)


def test_a_connector_whose_event_is_late_is_not_missing() -> None:
    """The watch reports a connector shortly after the list contains it."""
    server = Server("a")

    async def story(scene: Scene) -> None:
        scene.lister.loop.request()
        server.names.append("b")
        await asyncio.sleep(SLOW_WATCH / 2)
        assert server.lists == ["whole", "names"]
        scene.connectors.update(a_manifest("b"))
        await asyncio.sleep(LONG)

    assert run_scene(server, story).stale == 0


def test_a_deleted_connector_is_removed() -> None:
    """The deletion happened while the watch was interrupted."""
    server = Server("a", "b")

    async def story(scene: Scene) -> None:
        server.names.remove("b")
        scene.lister.loop.request()
        await asyncio.sleep(LONG)

    scene = run_scene(server, story)
    assert scene.knows("a")
    assert not scene.knows("b")
    assert scene.stale == 0
