"""Lists of the Kubernetes API: one full list read page by page, and the loop that lists again and again."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import structlog

from oauth_connector.connector.observation import Key
from oauth_connector.kube.backoff import Backoff
from oauth_connector.kube.client import METADATA_LIST, KubeAPI
from oauth_connector.kube.errors import FORBIDDEN, NOT_FOUND, KubeError, SelectorError
from oauth_connector.telemetry.isolation import isolate_manifest

INTERVAL = 600.0
"""Seconds between two lists when none is requested: they find what a watch has missed."""

REQUESTED_PAUSE = 3.0
"""Seconds after a requested list until the next one is read: a watch that starts again and again requests many."""

REPEAT_LOG = 60.0
"""Seconds after which a failure that repeats is logged again."""

NOT_PERMITTED = "the permission to list a resource is missing"
NAMESPACE_CURE = "create the namespace, and in it a RoleBinding of the operator's Role to its ServiceAccount"
CLUSTER_CURE = "bind the operator's ClusterRole to its ServiceAccount, or set `namespaces`"
"""What is logged where the permission for lists is missing."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Source:
    """What is listed: a path that begins with `/api` or `/apis`, a label selector, and the form of the response.

    `namespace` is the one that the path names; it is empty for all namespaces.
    """

    path: str
    selector: str = ""
    accept: str = METADATA_LIST
    namespace: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """The content of a list: the UID of each object, the version that the list is of, and its namespace, if one."""

    uids: Mapping[Key, str]
    version: int
    namespace: str = ""


def key_of_manifest(manifest: Mapping[str, Any]) -> Key:
    """Return the namespace and name of an object."""
    return Key(manifest["metadata"]["namespace"], manifest["metadata"]["name"])


async def list_all(
    api: KubeAPI,
    source: Source,
    on_object: Callable[[Mapping[str, Any]], object],
    on_page: Callable[[], None] = lambda: None,
) -> Listing:
    """Read a full list, and pass each object on; what one raises is logged. Raises `KubeError`."""
    uids: dict[Key, str] = {}
    version = 0
    query = {"labelSelector": source.selector} if source.selector else {}
    async with aclosing(api.read_pages(source.path, query, source.accept)) as pages:
        async for page in pages:
            on_page()
            version = version or int(page["metadata"]["resourceVersion"])
            for item in page.get("items") or ():
                with isolate_manifest(source.path, item):
                    uids[key_of_manifest(item)] = item["metadata"]["uid"]
                    on_object(item)
    return Listing(uids, version, source.namespace)


@dataclass(frozen=True, slots=True)
class ListHooks:
    """Functions that a list loop calls: after each list, when the permission for it is missing, and at a 404."""

    on_listed: Callable[[], None] = lambda: None
    on_forbidden: Callable[[], None] = lambda: None
    on_missing: Callable[[], None] = lambda: None


class ListLoop:
    """Lists at the start, every ten minutes, and when it is requested; a list that fails is retried.

    `failures` logs what fails. `follow` runs after each list, until the next one is due; by default it waits
    and resets the `backoff`. `listed` is set after the first list; `listed_at` is the time of the last one, in seconds
    since the epoch (0 before the first).
    """

    def __init__(
        self,
        failures: "FailureLog",
        list_once: Callable[[], Awaitable[None]],
        backoff: Backoff,
        follow: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self.listed = asyncio.Event()
        self.listed_at = 0.0
        self._list_once = list_once
        self._follow = follow or self._wait
        self._backoff = backoff
        self._failures = failures
        self._requested = asyncio.Event()
        self._pause = 0.0

    def request(self) -> None:
        """Request a list: it is read at once, or three seconds after the last one that was requested."""
        self._requested.set()

    async def run(self, hooks: ListHooks = ListHooks(), after: asyncio.Event | None = None) -> None:  # a frozen value
        """List again and again until cancelled, each time once `after` is set. Raises `SelectorError`."""
        while True:
            try:
                if after is not None:
                    await after.wait()
                self._requested.clear()
                await self._list_once()
                self.listed_at = time.time()
                self.listed.set()
                hooks.on_listed()
                await self._follow()
            except KubeError as error:
                self._failures.record(error)
                if error.status == FORBIDDEN:
                    hooks.on_forbidden()
                if error.status == NOT_FOUND:
                    hooks.on_missing()
                await self._backoff.wait(error.retry_after)
            except SelectorError:
                raise
            except Exception:
                log.exception("resource is listed again", resource=self._failures.plural)
                await self._backoff.wait()

    async def _wait(self) -> None:
        """Wait until the next list is due, or requested."""
        self._backoff.reset()
        self._failures.reset()
        await asyncio.sleep(self._pause)
        self._pause = 0.0
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(INTERVAL):
                await self._requested.wait()
                self._pause = REQUESTED_PAUSE


class FailureLog:
    """Logs the failures of lists and watches of a kind: each that differs from the last, and the same once a minute.

    A kind that is not installed fails in the same way without an end.
    """

    def __init__(self, plural: str, message: str = "resource is listed again") -> None:
        self.plural = plural
        self._message = message
        self._last = ""
        self._logged_at = 0.0

    def record(self, error: KubeError) -> None:
        """Log a failure, unless the same one was logged within the last minute."""
        now = asyncio.get_running_loop().time()
        if str(error) != self._last or now >= self._logged_at + REPEAT_LOG:
            self._log(error)
            self._last, self._logged_at = str(error), now

    def reset(self) -> None:
        """Log the next failure in any case."""
        self._last = ""

    def _log(self, error: KubeError) -> None:
        log.warning(self._message, resource=self.plural, status=error.status, reason=error.reason)


class ListFailureLog(FailureLog):
    """Logs the failures of lists; for a missing permission also the cure. `namespace` is the only one, if it is one."""

    def __init__(self, plural: str, namespace: str = "") -> None:
        super().__init__(plural)
        self._namespace = namespace

    def _log(self, error: KubeError) -> None:
        if error.status != FORBIDDEN:
            super()._log(error)
        elif self._namespace:
            log.error(NOT_PERMITTED, resource=self.plural, namespace=self._namespace, cure=NAMESPACE_CURE)
        else:
            log.error(NOT_PERMITTED, resource=self.plural, cure=CLUSTER_CURE)
