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
from oauth_connector.kube.client import METADATA_LIST, KubeAPI
from oauth_connector.kube.errors import KubeError

INTERVAL = 600.0
"""Seconds between two lists when none is requested: they find what a watch has missed."""

SETTLED = 3.0
"""Seconds without a further request after which a requested list is read. The list of the watch is complete then."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Source:
    """What is listed: a path that begins with `/api` or `/apis`, a label selector, and the form of the response."""

    path: str
    selector: str = ""
    accept: str = METADATA_LIST


@dataclass(frozen=True, slots=True)
class Listing:
    """The content of a list: the UID of each object, and the version that the list is of."""

    uids: Mapping[Key, str]
    version: int


def key_of_manifest(manifest: Mapping[str, Any]) -> Key:
    """Return the namespace and name of an object."""
    return Key(manifest["metadata"]["namespace"], manifest["metadata"]["name"])


async def list_all(
    api: KubeAPI,
    source: Source,
    on_object: Callable[[Mapping[str, Any]], object],
    on_page: Callable[[], None] = lambda: None,
) -> Listing:
    """Read a full list, and pass each object on. Raises `KubeError`."""
    uids: dict[Key, str] = {}
    version = 0
    query = {"labelSelector": source.selector} if source.selector else {}
    async with aclosing(api.pages(source.path, query, source.accept)) as pages:
        async for page in pages:
            on_page()
            version = version or int(page["metadata"]["resourceVersion"])
            for item in page.get("items") or ():
                uids[key_of_manifest(item)] = item["metadata"]["uid"]
                on_object(item)
    return Listing(uids, version)


class ListLoop:
    """Lists at the start, every ten minutes, and when it is requested; a list that fails is retried.

    `plural` names the kind in the log. The pause after a failure, in seconds, doubles from `first_pause` to
    `longest_pause`. `listed` is set after the first list; `listed_at` is the time of the last one, in seconds since the
    epoch (0 before the first).
    """

    def __init__(
        self, plural: str, list_once: Callable[[], Awaitable[None]], first_pause: float, longest_pause: float = 10.0
    ) -> None:
        self.listed = asyncio.Event()
        self.listed_at = 0.0
        self._plural = plural
        self._list_once = list_once
        self._first_pause = first_pause
        self._longest_pause = longest_pause
        self._requested = asyncio.Event()

    def request(self) -> None:
        """Request a list soon."""
        self._requested.set()

    async def run(self) -> None:
        """List again and again until cancelled."""
        pause, failure = self._first_pause, ""
        while True:
            try:
                await self._list_once()
            except KubeError as error:
                if str(error) != failure:  # a kind that is not installed fails in the same way for ever
                    log.warning("list failed", resource=self._plural, status=error.status, reason=error.reason)
                failure = str(error)
                await asyncio.sleep(max(error.retry_after or 0.0, pause))
                pause = min(pause * 2, self._longest_pause)
                continue
            pause, failure = self._first_pause, ""
            self.listed_at = time.time()
            self.listed.set()
            await self._wait()

    async def _wait(self) -> None:
        """Wait until the next list is due, or until no further list was requested for a moment."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(INTERVAL):
                await self._requested.wait()
                while self._requested.is_set():
                    self._requested.clear()
                    await asyncio.sleep(SETTLED)
        self._requested.clear()
