"""The one informer: Secrets with our label, as metadata, listed and watched for ever.

What a watch says is a nudge. It may end, lag, lie silent or miss a deletion, so it is opened again at least every
minute, and everything is listed every ten.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import orjson
import structlog

from oauth_connector.connector.secret_metadata import MANAGED, SecretMetadata, secret_metadata
from oauth_connector.kube.client import KubeAPI
from oauth_connector.kube.errors import KubeError
from oauth_connector.kube.store import SecretStore

PATH = "/api/v1/secrets"
SELECTOR = f"{MANAGED}=true"
LIST = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
WATCH = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
PAGE = "500"
WATCH_SECONDS = 60
SILENCE = 75.0
"""Seconds without a byte after which a watch counts as dead: the server itself ends it earlier."""

RELIST = 600.0
LONGEST_PAUSE = 30.0
GONE = 410

log = structlog.get_logger(__name__)

OnChange = Callable[[SecretMetadata | None, SecretMetadata | None], None]
"""Told of each change: before and after; one of them may be `None`."""


class _Relist(Exception):  # noqa: N818  # a turn of events, not a mistake
    """The watch cannot go on from where it was."""


class MetadataInformer:
    """Keeps a store of metadata true, and tells of what changes in it."""

    def __init__(self, api: KubeAPI, store: SecretStore, on_change: OnChange) -> None:
        self.synced = asyncio.Event()
        self.last_heard = 0.0
        self._api = api
        self._store = store
        self._on_change = on_change

    async def run(self) -> None:
        """List and watch until cancelled."""
        pause = 0.5
        while True:
            try:
                version = await self._list()
                self.synced.set()
                pause = 0.5
                await self._watch_from(version, time.monotonic() + RELIST)
            except _Relist:
                continue
            except KubeError as error:
                log.warning("secrets cannot be watched", status=error.status, reason=error.reason)
                await asyncio.sleep(error.retry_after or pause * random.uniform(0.5, 1.5))  # noqa: S311  # spreads retries
                pause = min(pause * 2, LONGEST_PAUSE)

    async def _list(self) -> str:
        """Take in a full list, and drop what it does not hold; give the version to watch from."""
        seen: set[str] = set()
        query = {"labelSelector": SELECTOR, "limit": PAGE}
        version = ""
        while True:
            page = await self._api.request("GET", PATH, query=query, accept=LIST)
            self._heard()
            version = version or str(page["metadata"]["resourceVersion"])
            for item in page.get("items") or ():
                secret = secret_metadata(item)
                seen.add(secret.uid)
                self._see(secret)
            following = page["metadata"].get("continue")
            if not following:
                break
            query = {"labelSelector": SELECTOR, "limit": PAGE, "continue": following}
        for secret in self._store:
            if secret.uid not in seen and int(secret.resource_version) <= int(version):
                self._gone(secret)
        return version

    async def _watch_from(self, version: str, until: float) -> None:
        """Follow watches, one after the other, until it is time for another list."""
        while time.monotonic() < until:
            async for event in self._events(version):
                self._heard()
                version = self._take(event) or version

    def _take(self, event: Mapping[str, Any]) -> str | None:
        item, kind = event.get("object") or {}, event.get("type")
        if kind == "ERROR":
            code = item.get("code")
            if code == GONE:
                raise _Relist
            raise KubeError(int(code or 0), "WatchError")
        if kind == "BOOKMARK":
            return str(item["metadata"]["resourceVersion"])
        secret = secret_metadata(item)
        if kind == "DELETED":
            self._gone(secret)
        else:
            self._see(secret)
        return secret.resource_version

    async def _events(self, version: str) -> AsyncIterator[Mapping[str, Any]]:
        query = {
            "labelSelector": SELECTOR,
            "watch": "true",
            "allowWatchBookmarks": "true",
            "resourceVersion": version,
            "timeoutSeconds": str(WATCH_SECONDS),
        }
        try:
            async with self._api.stream(PATH, query, WATCH, SILENCE) as content:
                async for line in _lines(content):
                    yield orjson.loads(line)
        except KubeError as error:
            if error.status == GONE:
                raise _Relist from None
            raise

    def _see(self, secret: SecretMetadata) -> None:
        before = self._store.get(secret.namespace, secret.name)
        if self._store.put(secret):
            self._on_change(before, secret)

    def _gone(self, secret: SecretMetadata) -> None:
        before = self._store.get(secret.namespace, secret.name)
        if self._store.remove(secret):
            self._on_change(before, None)

    def _heard(self) -> None:
        self.last_heard = time.time()


async def _lines(content: Any) -> AsyncIterator[bytes]:  # noqa: ANN401  # aiohttp's stream
    """Give whole lines of any length: aiohttp's own reader refuses long ones."""
    rest = b""
    async for chunk in content.iter_any():
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            if line:
                yield line
