"""The events of the watch on their way from its thread to the caches."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from oauth_connector.api.names import CONNECTORS, CONSENTS
from oauth_connector.kube.connector_cache import ConnectorCache
from oauth_connector.kube.consent_cache import ConsentCache


class EventReceiver:
    """Passes the events of the watch from its thread to the caches; `on_list` is called for each object of a list."""

    def __init__(self, connectors: ConnectorCache, consents: ConsentCache, on_list: Callable[[], None]) -> None:
        self._caches: Mapping[str, ConnectorCache | ConsentCache] = {CONNECTORS: connectors, CONSENTS: consents}
        self._on_list = on_list
        self._loop = asyncio.get_running_loop()

    def receive_in_thread(self, plural: str, kind: str | None, manifest: Mapping[str, Any]) -> None:
        """Receive an event in any thread."""
        self._loop.call_soon_threadsafe(self._receive, plural, kind, manifest)

    def _receive(self, plural: str, kind: str | None, manifest: Mapping[str, Any]) -> None:
        cache = self._caches[plural]
        if kind == "DELETED":
            cache.remove_manifest(manifest)
        else:
            cache.update(manifest)
        if kind is None and plural == CONNECTORS:
            self._on_list()
