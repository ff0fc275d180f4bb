"""Namespaces that cannot be read do not affect the others, and are read as soon as they can be."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from functools import partial
from typing import cast

from structlog.testing import capture_logs

from oauth_connector.connector.observation import Key
from oauth_connector.kube.access import Access
from oauth_connector.kube.caches import Caches
from oauth_connector.kube.client import KubeAPI
from oauth_connector.kube.scope import InstallScope
from oauth_connector.kube.scope_reader import ScopeReader
from oauth_connector.kube.watch import log_in_to
from tests.support.namespaced_api import FORBIDDEN, NamespacedAPI
from tests.support.virtual_time import run_virtually


class Scene:
    """A reader of two namespaces, and the connectors whose change was reported."""

    def __init__(self, api: NamespacedAPI) -> None:
        self.api = api
        self.changed: list[Key] = []
        self.caches = Caches.build(self.changed.append)
        self.reader = ScopeReader(
            cast("KubeAPI", api),
            self.caches,
            InstallScope(("a", "b")),
            lambda _old, _new: None,
            partial(log_in_to, Access("https://unused")),
        )

    @property
    def known(self) -> list[str]:
        """The connectors in the cache."""
        return sorted(str(connector.key) for connector in self.caches.connectors)

    @property
    def secrets(self) -> list[str]:
        """The Secrets in the cache."""
        return sorted(secret.name for secret in self.caches.secrets)


def run_scene(api: NamespacedAPI, story: Callable[[Scene], Awaitable[None]]) -> None:
    """Run a reader through a story in virtual time."""

    async def run() -> None:
        scene = Scene(api)
        tasks = [asyncio.create_task(loop) for loop in scene.reader.loops()]
        await story(scene)
        assert not any(task.done() for task in tasks)
        for task in tasks:
            task.cancel()

    run_virtually(run())


def two_namespaces() -> NamespacedAPI:
    """Return a server with a connector in each of two namespaces."""
    return NamespacedAPI(a=["crm"], b=["erp"])


def test_all_lists_are_of_named_namespaces() -> None:
    """An install with permissions in these namespaces alone would be refused any other."""
    api = two_namespaces()

    async def story(scene: Scene) -> None:
        await scene.reader.wait()
        assert scene.known == ["a/crm", "b/erp"]
        assert scene.reader.unready_reason is None

    run_scene(api, story)
    assert all("/namespaces/a/" in path or "/namespaces/b/" in path for path in api.lists)


def test_secrets_are_listed_before_connectors() -> None:
    """A connector without its Secrets would look as if it had no token."""
    api = two_namespaces()

    async def story(scene: Scene) -> None:
        await scene.reader.wait()

    run_scene(api, story)
    in_a = [path.rpartition("/")[2] for path in api.lists if "/namespaces/a/" in path]
    assert in_a.index("secrets") < in_a.index("oauthconnectors")


def test_a_refused_namespace_does_not_block_the_others() -> None:
    """It may not exist yet; the log names it and the cure."""
    api = two_namespaces()
    api.refused.add("/namespaces/b/")

    async def story(scene: Scene) -> None:
        await scene.reader.wait()
        assert scene.known == ["a/crm"]
        assert scene.reader.unready_reason is None

    with capture_logs() as logged:
        run_scene(api, story)
    [error] = [entry for entry in logged if entry["log_level"] == "error"]
    assert (error["namespace"], error["resource"]) == ("b", "secrets")
    assert "RoleBinding" in error["cure"]


def test_a_namespace_that_appears_is_read() -> None:
    """Its connectors enter the cache within seconds."""
    api = two_namespaces()
    api.refused.add("/namespaces/b/")

    async def story(scene: Scene) -> None:
        await scene.reader.wait()
        await asyncio.sleep(600)
        api.refused.clear()
        await asyncio.sleep(20)
        assert scene.known == ["a/crm", "b/erp"]
        assert scene.secrets == ["crm-token", "erp-token"]

    run_scene(api, story)


def test_a_namespace_that_disappears_leaves_the_caches_and_returns() -> None:
    """Its objects may return in the same version, when only the permission was missing for a while."""
    api = two_namespaces()

    async def story(scene: Scene) -> None:
        await scene.reader.wait()
        api.refused.add("/namespaces/b/")
        await asyncio.sleep(60)
        assert (scene.known, scene.secrets) == (["a/crm"], ["crm-token"])
        assert scene.changed[-1] == Key("b", "erp")
        api.refused.clear()
        await asyncio.sleep(60)
        assert scene.known == ["a/crm", "b/erp"]

    run_scene(api, story)


def test_a_namespace_with_permissions_for_secrets_alone_is_not_read() -> None:
    """It is read as soon as the Role is complete."""
    api = two_namespaces()
    api.refused.add("/namespaces/b/oauthconnectors")

    async def story(scene: Scene) -> None:
        await scene.reader.wait()
        assert scene.known == ["a/crm"]
        api.refused.clear()
        await asyncio.sleep(20)
        assert scene.known == ["a/crm", "b/erp"]

    run_scene(api, story)


class LateRefusal(NamespacedAPI):
    """Refuses the Secrets of a namespace while its connectors are listed."""

    was_refused = False

    async def read_lines(
        self, path: str, query: Mapping[str, str], accept: str, silence: float
    ) -> AsyncIterator[bytes]:
        """Open a watch, or refuse the first one."""
        if "/namespaces/b/" in path and not self.was_refused:
            self.was_refused = True
            await asyncio.sleep(0.005)
            self.refused.add("/namespaces/b/secrets")
            raise FORBIDDEN
        async for line in super().read_lines(path, query, accept, silence):
            yield line


def test_a_namespace_whose_secrets_are_refused_while_it_is_listed_is_not_read() -> None:
    """No connector without its Secrets stays in the cache, and it is read as soon as it can be."""
    api = LateRefusal(a=["crm"], b=["erp"])

    async def story(scene: Scene) -> None:
        await scene.reader.wait()
        await asyncio.sleep(60)
        assert (scene.known, scene.secrets) == (["a/crm"], ["crm-token"])
        api.refused.clear()
        await asyncio.sleep(20)
        assert (scene.known, scene.secrets) == (["a/crm", "b/erp"], ["crm-token", "erp-token"])

    run_scene(api, story)


def test_without_a_namespace_that_can_be_read_the_process_is_not_ready() -> None:
    """It waits for one, and says so."""
    api = two_namespaces()
    api.refused |= {"/namespaces/a/", "/namespaces/b/"}

    async def story(scene: Scene) -> None:
        waiting = asyncio.ensure_future(scene.reader.wait())
        await asyncio.sleep(60)
        assert not waiting.done()
        assert scene.reader.unready_reason == "no namespace can be read"
        api.refused.clear()
        await waiting
        assert scene.reader.unready_reason is None

    run_scene(api, story)
