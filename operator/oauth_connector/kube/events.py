"""Kubernetes Events about connectors: one object for each message, counted and rate-limited."""

import hashlib
import time
from collections.abc import Callable, Mapping
from typing import Any, Literal

import structlog

from oauth_connector.api.names import API_VERSION, CONNECTOR_KIND, EVENT_REPORTER, FIELD_MANAGER, OPERATOR
from oauth_connector.api.schema.times import format_microseconds
from oauth_connector.connector.observation import AnyConnector
from oauth_connector.kube.client import KubeAPI
from oauth_connector.kube.errors import CONFLICT, KubeError
from oauth_connector.kube.paths import event_path
from oauth_connector.kube.token_buckets import Rate, TokenBuckets

RATE = Rate(burst=25, per_second=1 / 300)
"""Events about one object: the limits of client-go."""

LIMITED_OBJECTS = 4096
LONGEST_NOTE = 1024  # bytes, the limit of the API server

log = structlog.get_logger(__name__)


class EventRecorder:
    """Writes `events.k8s.io/v1` Events. It never raises: an Event that cannot be written is only logged."""

    def __init__(self, api: KubeAPI, instance: str = OPERATOR, clock: Callable[[], float] = time.time) -> None:
        self._api = api
        self._instance = instance
        self._clock = clock
        self._limits = TokenBuckets(RATE, clock, LIMITED_OBJECTS)

    async def record(self, connector: AnyConnector, kind: Literal["Normal", "Warning"], reason: str, note: str) -> None:
        """Record an Event about a connector; the same message again increments its count."""
        log.debug("event recorded", connector=str(connector.key), kind=kind, reason=reason)
        now = self._clock()
        if not self._limits.take(connector.uid):
            return
        event = self._event(connector, kind, reason, note)
        event["eventTime"] = format_microseconds(now)
        path = event_path(connector.key.namespace)
        try:
            await self._post_or_count(path, event)
        except KubeError as error:
            write = log.debug if error.is_reported else log.warning
            write("event cannot be written", connector=str(connector.key), reason=reason, status=error.status)

    async def _post_or_count(self, path: str, event: Mapping[str, Any]) -> None:
        try:
            await self._api.create(path, event, FIELD_MANAGER)
        except KubeError as error:
            if error.status != CONFLICT:
                raise
        else:
            return
        name = f"{path}/{event['metadata']['name']}"
        # an empty patch reads the object, so the permission to patch is sufficient
        known = await self._api.merge_patch(name, {}, FIELD_MANAGER)
        count = (known.get("series") or {}).get("count", 1) + 1
        series = {"count": count, "lastObservedTime": event["eventTime"]}
        await self._api.merge_patch(name, {"series": series}, FIELD_MANAGER)

    def _event(self, connector: AnyConnector, kind: str, reason: str, note: str) -> dict[str, Any]:
        # The note of an Event cannot be changed, so another note requires another name.
        digest = hashlib.sha256(f"{connector.uid}/{kind}/{reason}/{note}".encode()).hexdigest()[:16]
        return {
            "apiVersion": "events.k8s.io/v1",
            "kind": "Event",
            "metadata": {"name": f"{connector.key.name}.{digest}", "namespace": connector.key.namespace},
            "type": kind,
            "reason": reason,
            "note": note.encode()[:LONGEST_NOTE].decode(errors="ignore"),
            "action": "Reconcile",
            "reportingController": EVENT_REPORTER,
            "reportingInstance": self._instance,
            "regarding": {
                "apiVersion": API_VERSION,
                "kind": CONNECTOR_KIND,
                "namespace": connector.key.namespace,
                "name": connector.key.name,
                "uid": connector.uid,
                "resourceVersion": connector.resource_version,
            },
        }
