"""The one informer: Secrets with our label, as metadata, listed and watched for ever.

What a watch says is a nudge. It may end, lag, lie silent or miss a deletion, so it is opened again twice a
minute, and everything is listed every ten.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import aclosing
from typing import Any

import structlog

from oauth_connector.api.names import MANAGED
from oauth_connector.connector.secret.metadata import SecretMetadata, secret_metadata
from oauth_connector.kube.client import KubeAPI
from oauth_connector.kube.errors import KubeError
from oauth_connector.kube.listing import Source, key_of_manifest, list_all
from oauth_connector.kube.paths import ALL_SECRETS
from oauth_connector.kube.secret_cache import SecretCache, key_of_secret
from oauth_connector.kube.watch_stream import Pauses, WatchTiming, stream_events

OURS = Source(ALL_SECRETS, f"{MANAGED}=true")

log = structlog.get_logger(__name__)

OnChange = Callable[[SecretMetadata | None, SecretMetadata | None], None]
"""Told of each change: before and after; one of them may be `None`."""


class SecretInformer:
    """Keeps a store of metadata true, and tells of what changes in it.

    `synced` is set once a first list is in. Who writes a Secret puts the answer into the store: then the watch's echo
    of it is no news, and neither is what happened before.
    """

    def __init__(
        self,
        api: KubeAPI,
        store: SecretCache,
        on_change: OnChange,
        source: Source = OURS,
        pace: WatchTiming = WatchTiming(),  # noqa: B008  # a frozen value
    ) -> None:
        self.synced = asyncio.Event()
        self._api = api
        self._store = store
        self._on_change = on_change
        self._source = source
        self._pace = pace
        self._pauses = Pauses(pace)
        self._version = ""
        self._contact = time.monotonic()

    def age(self) -> float:
        """Give the seconds since the last sign of life: a page, an event, a bookmark, or a stream's orderly end."""
        return time.monotonic() - self._contact

    async def run(self) -> None:
        """List and watch until cancelled; nothing else ends it."""
        while True:
            try:
                await self._list()
                self.synced.set()
                await self._follow(time.monotonic() + self._pace.relist)
            except KubeError as error:
                log.warning("secrets are listed anew", status=error.status, reason=error.reason)
                await self._pauses.rest(error.retry_after)
            except Exception:
                log.exception("secrets are listed anew")
                await self._pauses.rest()

    async def _list(self) -> None:
        """Take in a full list, and remove what it does not contain. Raises `KubeError`."""
        listing = await list_all(self._api, self._source, self._update, self._note_contact)
        for secret in self._store.retain_listed(frozenset(listing.uids.values()), listing.version):
            self._on_change(secret, None)
        self._version = str(listing.version)

    async def _follow(self, until: float) -> None:
        """Follow one stream after another until it is time for a list. Raises the server's own `KubeError`."""
        while time.monotonic() < until:
            try:
                well = await self._stream()
            except KubeError as error:
                if error.status != 0:
                    raise
                log.info("the watch of secrets is opened again", reason=error.reason)
                well = False
            if not well:
                await self._pauses.rest()

    async def _stream(self) -> bool:
        """Take in one stream to its end; tell whether it told anything, or lasted. Raises `KubeError`."""
        until, told = time.monotonic() + self._pace.stream / 2, False
        async with aclosing(stream_events(self._api, self._source, self._version, self._pace)) as stream:
            async for event in stream:
                self._apply(event)
                self._note_contact()
                self._pauses.reset()
                told = True
        self._note_contact()
        return told or time.monotonic() > until

    def _apply(self, event: Mapping[str, Any]) -> None:
        item = event["object"]
        if event["type"] == "DELETED":
            self._remove(item)
        elif event["type"] != "BOOKMARK":
            self._update(item)
        self._version = str(item["metadata"]["resourceVersion"])

    def _update(self, item: Mapping[str, Any]) -> None:
        secret = secret_metadata(item)
        before = self._store.get(key_of_secret(secret))
        if self._store.put(secret):
            self._on_change(before, secret)

    def _remove(self, item: Mapping[str, Any]) -> None:
        metadata = item["metadata"]
        before = self._store.remove_version(key_of_manifest(item), metadata["uid"], metadata["resourceVersion"])
        if before is not None:
            self._on_change(before, None)

    def _note_contact(self) -> None:
        self._contact = time.monotonic()
