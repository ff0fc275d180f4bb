"""The count of connectors: what the watch has missed comes to light, and the watch gets the time that it needs."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, cast

from oauth_connector.connector.observation import Key
from oauth_connector.kube.client import METADATA_LIST, KubeAPI
from oauth_connector.kube.connector_cache import ConnectorCache
from oauth_connector.kube.connector_lister import ConnectorLister
from oauth_connector.kube.listing import SETTLED
from tests.support.builders import a_spec
from tests.support.virtual_time import run_virtually


def a_manifest(name: str) -> dict[str, Any]:
    """Give a connector as the API server does."""
    metadata = {"namespace": "n", "name": name, "uid": f"uid-{name}", "resourceVersion": "7", "generation": 1}
    return {"metadata": metadata, "spec": a_spec()}


class Server:
    """The lists of an API server."""

    def __init__(self, *names: str) -> None:
        self.names = list(names)
        self.lists: list[str] = []

    async def pages(self, _path: str, _query: object, accept: str) -> AsyncIterator[dict[str, Any]]:
        """Give one page, and note what it was."""
        self.lists.append("names" if accept == METADATA_LIST else "whole")
        yield {"metadata": {"resourceVersion": "100"}, "items": [a_manifest(name) for name in self.names]}


class Counted:
    """A lister at work, and how often it took the watch for deaf."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.deaf = 0
        self.connectors = ConnectorCache(lambda _key: None)
        self.lister = ConnectorLister(cast("KubeAPI", server), self.connectors, self._notice)

    def _notice(self) -> None:
        self.deaf += 1

    def knows(self, name: str) -> bool:
        """Tell whether a connector is in the cache."""
        return self.connectors.get(Key("n", name)) is not None


def counted(server: Server, story: Callable[[Counted], Awaitable[None]]) -> Counted:
    """Run a lister through a story in virtual time."""

    async def run() -> Counted:
        made = Counted(server)
        task = asyncio.create_task(made.lister.loop.run())
        await made.lister.loop.listed.wait()
        await story(made)
        task.cancel()
        return made

    return run_virtually(run())


def test_what_the_watch_missed_is_taken_in_once() -> None:
    """A watch that is slow or deaf is opened anew once; what it did not tell is known from a list of our own."""
    server = Server("a")

    async def story(made: Counted) -> None:
        server.names.append("b")
        for _ in range(3):  # each watch that is opened lists, and is as slow as the one before
            made.lister.loop.request()
            await asyncio.sleep(10 * SETTLED)

    made = counted(server, story)
    assert made.knows("b")
    assert made.deaf == 1
    assert server.lists == ["whole", "names", "whole", "names", "names"]


def test_a_watch_that_is_not_through_its_list_is_not_called_deaf() -> None:
    """Thousands of connectors take a busy process minutes: they are counted when nothing more of the list comes."""
    server = Server("a")

    async def story(made: Counted) -> None:
        server.names.append("b")
        for _ in range(100):
            made.lister.loop.request()
            await asyncio.sleep(SETTLED / 2)
        assert server.lists == ["whole"]
        made.connectors.update(a_manifest("b"))
        await asyncio.sleep(10 * SETTLED)

    made = counted(server, story)
    assert made.deaf == 0
    assert server.lists == ["whole", "names"]


def test_a_connector_on_its_way_is_not_missed() -> None:
    """What was created a moment before the count is told by the watch a moment after it."""
    server = Server("a")

    async def story(made: Counted) -> None:
        made.lister.loop.request()
        server.names.append("b")
        await asyncio.sleep(SETTLED * 1.5)
        assert server.lists == ["whole", "names"]
        made.connectors.update(a_manifest("b"))
        await asyncio.sleep(10 * SETTLED)

    assert counted(server, story).deaf == 0


def test_what_is_gone_is_forgotten() -> None:
    """A deletion that fell into a gap of the watch."""
    server = Server("a", "b")

    async def story(made: Counted) -> None:
        server.names.remove("b")
        made.lister.loop.request()
        await asyncio.sleep(10 * SETTLED)

    made = counted(server, story)
    assert made.knows("a")
    assert not made.knows("b")
    assert made.deaf == 0
