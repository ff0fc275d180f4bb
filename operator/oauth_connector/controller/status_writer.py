"""Writes the findings of a reconciliation into the status of a connector."""

from dataclasses import replace

from oauth_connector.connector.observation import AnyConnector
from oauth_connector.connector.status.events import status_events
from oauth_connector.connector.status.findings import Findings
from oauth_connector.connector.status.report import report
from oauth_connector.controller.context import ControllerContext
from oauth_connector.controller.ports import Superseded

STATUS_TRIES = 4


class StatusWriter:
    """Writes status where it differs, and records the Events of its changes."""

    def __init__(self, context: ControllerContext) -> None:
        self._cluster = context.ports.cluster
        self._recorder = context.ports.recorder
        self._leadership = context.ports.leadership

    async def record(self, connector: AnyConnector, findings: Findings) -> None:
        """Write status where it differs; it names the generation that the reconciliation was based on.

        Raises `ClusterUnavailable`. Raises `Superseded` where another process may lead and the connector has changed
        since the reconciliation began, unless a token was obtained and published: a failure proves nothing then.
        """
        for _ in range(STATUS_TRIES):
            # another install may be responsible by now: what this one has done is reported in any case
            known = self._cluster.connector(connector.key)
            current = known or await self._cluster.read_any_connector(connector.key)
            if current is None or current.uid != connector.uid:
                return
            is_changed = current.resource_version != connector.resource_version
            if is_changed and not findings.has_new_token and not self._leadership.is_leading():
                raise Superseded("another process may lead, and the status was left to it")
            if current is not connector:
                current = replace(current, generation=connector.generation, refresh_request=connector.refresh_request)
            status = report(current, findings)
            if status == current.status:
                return
            if await self._cluster.write_status(current, status):
                for event in status_events(current, status):
                    await self._recorder.record(current, event.kind, event.reason, event.note)
                return
            await self._cluster.read_connector(connector.key)
