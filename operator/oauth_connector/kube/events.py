"""Kubernetes Events about connectors: one object for each reason, counted; few, and never in the way."""

import hashlib
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import quote

import structlog

from oauth_connector.connector.observation import Connector
from oauth_connector.kube.client import KubeAPI
from oauth_connector.kube.errors import KubeError

BURST = 25
REFILL = 300.0
"""Seconds for one more Event about an object, once its burst is spent: client-go's own limits."""

MOST_OBJECTS = 4096
CONFLICT = 409
MANAGER = "oauth-connector"

log = structlog.get_logger(__name__)


class EventRecorder:
    """Writes `events.k8s.io/v1` Events. It never raises: an Event that is lost is only logged."""

    def __init__(self, api: KubeAPI, instance: str = "oauth-connector-operator") -> None:
        self._api = api
        self._instance = instance
        self._spent: dict[str, tuple[float, float]] = {}

    async def record(self, connector: Connector, kind: Literal["Normal", "Warning"], reason: str, note: str) -> None:
        """Record an Event about a connector; the same reason again counts up."""
        log.info("event", connector=str(connector.key), kind=kind, reason=reason)
        if not self._allowed(connector.uid):
            return
        event = self._event(connector, kind, reason, note)
        path = f"/apis/events.k8s.io/v1/namespaces/{quote(connector.key.namespace)}/events"
        try:
            await self._post_or_count(path, event)
        except KubeError as error:
            log.warning("an event is lost", connector=str(connector.key), reason=reason, status=error.status)

    async def _post_or_count(self, path: str, event: Mapping[str, Any]) -> None:
        try:
            await self._api.request("POST", path, query={"fieldManager": MANAGER}, body=event)
        except KubeError as error:
            if error.status != CONFLICT:
                raise
            name = f"{path}/{event['metadata']['name']}"
            known = await self._api.request("GET", name)
            count = (known.get("series") or {}).get("count", 1) + 1
            series = {"count": count, "lastObservedTime": event["eventTime"]}
            patch = {"series": series, "note": event["note"]}
            await self._api.request("PATCH", name, body=patch, content_type="application/merge-patch+json")

    def _event(self, connector: Connector, kind: str, reason: str, note: str) -> dict[str, Any]:
        digest = hashlib.sha256(f"{connector.uid}/{kind}/{reason}".encode()).hexdigest()[:16]
        return {
            "apiVersion": "events.k8s.io/v1",
            "kind": "Event",
            "metadata": {"name": f"{connector.key.name}.{digest}", "namespace": connector.key.namespace},
            "eventTime": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "type": kind,
            "reason": reason,
            "note": note[:1024],
            "action": "Reconcile",
            "reportingController": "oauthconnector.dev/operator",
            "reportingInstance": self._instance,
            "regarding": {
                "apiVersion": "oauthconnector.dev/v1alpha1",
                "kind": "OAuthConnector",
                "namespace": connector.key.namespace,
                "name": connector.key.name,
                "uid": connector.uid,
                "resourceVersion": connector.resource_version,
            },
        }

    def _allowed(self, uid: str) -> bool:
        now = time.monotonic()
        left, at = self._spent.pop(uid, (float(BURST), now))
        left = min(BURST, left + (now - at) / REFILL)
        self._spent[uid] = (max(0.0, left - 1), now)
        if len(self._spent) > MOST_OBJECTS:
            self._spent.pop(next(iter(self._spent)))
        return left >= 1
