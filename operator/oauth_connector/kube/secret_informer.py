"""The informer of Secrets with the operator's label, as metadata: list, watch, and list again.

A watch may end, lag, be silent or miss a deletion. So it is opened again twice a minute, and all Secrets are listed
every ten minutes.
"""

import time
from collections.abc import Callable, Mapping
from contextlib import aclosing
from typing import Any

import structlog

from oauth_connector.api.names import SECRETS
from oauth_connector.connector.secret.metadata import SecretMetadata, secret_metadata
from oauth_connector.kube.backoff import Backoff
from oauth_connector.kube.client import KubeAPI
from oauth_connector.kube.errors import KubeError
from oauth_connector.kube.listing import ListFailureLog, ListLoop, Source, key_of_manifest, list_all
from oauth_connector.kube.scope import WHOLE_CLUSTER
from oauth_connector.kube.secret_cache import SecretCache, key_of_secret
from oauth_connector.kube.watch_stream import WatchTiming, stream_events
from oauth_connector.telemetry.isolation import isolate_manifest, isolate_object

log = structlog.get_logger(__name__)

OnChange = Callable[[SecretMetadata | None, SecretMetadata | None], None]
"""Called for each change, with the Secret before and after; one of them may be `None`."""


class SecretInformer:
    """Keeps a cache of metadata up to date, and calls `on_change` for each change.

    `loop` runs it; `synced` is set after the first list. A write puts its response into the cache: then the event of
    this write, and earlier events, change nothing.
    """

    def __init__(
        self,
        api: KubeAPI,
        store: SecretCache,
        on_change: OnChange,
        source: Source = WHOLE_CLUSTER.secrets(),  # noqa: B008  # a frozen value
        pace: WatchTiming = WatchTiming(),  # noqa: B008  # a frozen value
    ) -> None:
        self._backoff = Backoff(pace.first, pace.longest)
        self.loop = ListLoop(ListFailureLog(SECRETS, source.namespace), self._list, self._backoff, self._follow)
        self.synced = self.loop.listed
        self._api = api
        self._store = store
        self._on_change = on_change
        self._source = source
        self._pace = pace
        self._version = ""
        self._contact = time.monotonic()

    def age(self) -> float:
        """Return the seconds since the last contact: a page, an event, a bookmark, or the regular end of a stream."""
        return time.monotonic() - self._contact

    async def _list(self) -> None:
        """Cache a full list, and remove what it does not contain. Raises `KubeError`."""
        listing = await list_all(self._api, self._source, self._update, self._note_contact)
        for secret in self._store.retain_listed(frozenset(listing.uids.values()), listing.version, listing.namespace):
            with isolate_object(SECRETS, secret.namespace, secret.name):
                self._on_change(secret, None)
        self._version = str(listing.version)

    async def _follow(self) -> None:
        """Read one stream after another until the next list is due. Raises the `KubeError` of the server."""
        until = time.monotonic() + self._pace.relist
        while time.monotonic() < until:
            try:
                useful = await self._stream()
            except KubeError as error:
                if error.status != 0:
                    raise
                log.info("watch of secrets is opened again", reason=error.reason)
                useful = False
            if not useful:
                await self._backoff.wait()

    async def _stream(self) -> bool:
        """Read one stream to its end; return whether it had events, or lasted. Raises `KubeError`."""
        until, received = time.monotonic() + self._pace.stream / 2, False
        async with aclosing(stream_events(self._api, self._source, self._version, self._pace)) as stream:
            async for event in stream:
                self._apply(event)
                self._note_contact()
                self._backoff.reset()
                received = True
        self._note_contact()
        return received or time.monotonic() > until

    def _apply(self, event: Mapping[str, Any]) -> None:
        item = event["object"]
        with isolate_manifest(SECRETS, item):
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
