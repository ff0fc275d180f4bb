"""kopf watches the real API server in a thread of its own, and can be restarted."""

import asyncio
import threading
from collections.abc import Mapping
from functools import partial
from typing import Any

from devtools.cluster.control_plane import ControlPlane
from oauth_connector.api.names import CONNECTORS, CONSENTS
from oauth_connector.kube.access import from_kubeconfig
from oauth_connector.kube.watch import Watch, log_in_to
from tests.support.builders import a_spec
from tests.support.cluster import Namespace, until


class WatchedEvents:
    """Events of the watch, recorded from its thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._events: list[tuple[str, str]] = []
        self.requested: list[tuple[str, str]] = []

    def __call__(self, plural: str, kind: str, manifest: Mapping[str, Any]) -> None:
        """Record an event."""
        with self._lock:
            assert plural == manifest["kind"].lower() + "s"
            self._events.append((kind, manifest["metadata"]["name"]))

    def request_list(self, plural: str, namespace: str) -> None:
        """Record that a list was requested."""
        with self._lock:
            self.requested.append((plural, namespace))

    async def starts(self, count: int) -> bool:
        """Return whether the watches of both kinds have started so often."""
        with self._lock:
            return sorted(self.requested) == sorted([(CONNECTORS, ""), (CONSENTS, "")] * count)

    async def has(self, kind: str, name: str) -> bool:
        """Return whether an event was recorded, and remove it."""
        with self._lock:
            if (kind, name) not in self._events:
                return False
            self._events.remove((kind, name))
            return True


async def test_a_reopened_watch_requests_lists(control_plane: ControlPlane, namespace: Namespace) -> None:
    """What is there when it starts is not delivered, but a list of it is requested; later changes are delivered."""
    seen = WatchedEvents()
    access = from_kubeconfig(control_plane.kubeconfig)
    watch = Watch(partial(log_in_to, access))
    early, name = f"early-{namespace.name}", f"watched-{namespace.name}"
    await namespace.add_connector(early, a_spec())
    watch.start(seen, seen.request_list)
    try:
        await until(lambda: seen.starts(1), within=20)
        await namespace.add_connector(name, a_spec())
        await until(lambda: seen.has("ADDED", name), within=20)
        watch.reopen()
        await until(lambda: seen.starts(2), within=20)
        assert watch.restarts == 1
        await namespace.delete("oauthconnectors", name)
        await until(lambda: seen.has("DELETED", name), within=20)
        assert not await seen.has("ADDED", early)
    finally:
        await asyncio.to_thread(watch.stop)
