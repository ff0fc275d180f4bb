"""The events of the watch on their way from its thread to the caches."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from oauth_connector.api.names import CONNECTORS, CONSENTS
from oauth_connector.kube.caches import Caches
from oauth_connector.kube.connector_cache import ConnectorCache
from oauth_connector.kube.consent_cache import ConsentCache
from oauth_connector.kube.listing import key_of_manifest
from oauth_connector.telemetry.isolation import isolate_manifest

IsRead = Callable[[str], bool]
"""Returns whether the objects of a namespace are cached."""


class EventReceiver:
    """Passes the events of the watch from its thread to the caches."""

    def __init__(self, caches: Caches, is_read: IsRead) -> None:
        self._caches: Mapping[str, ConnectorCache | ConsentCache] = {
            CONNECTORS: caches.connectors,
            CONSENTS: caches.consents,
        }
        self._freshness = caches.freshness
        self._is_read = is_read
        self._loop = asyncio.get_running_loop()

    def receive_in_thread(self, plural: str, kind: str, manifest: Mapping[str, Any]) -> None:
        """Receive an event in any thread."""
        self._loop.call_soon_threadsafe(self._receive, plural, kind, manifest)

    def _receive(self, plural: str, kind: str, manifest: Mapping[str, Any]) -> None:
        with isolate_manifest(plural, manifest):
            self._apply(plural, kind, manifest)

    def _apply(self, plural: str, kind: str, manifest: Mapping[str, Any]) -> None:
        if not self._is_read(manifest["metadata"]["namespace"]):
            return
        cache = self._caches[plural]
        if kind == "DELETED":
            cache.remove_manifest(manifest)
        else:
            cache.update(manifest)
        if plural == CONNECTORS:
            self._freshness.note_event(key_of_manifest(manifest), manifest["metadata"]["resourceVersion"])
