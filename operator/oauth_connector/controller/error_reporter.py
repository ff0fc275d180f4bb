"""Reports in status that the reconciliations of a connector keep failing because of an error of the operator.

Otherwise status would show the last good result for ever, also after the token has expired.
"""

import structlog

from oauth_connector.api.reasons import Reason
from oauth_connector.connector.observation import Key
from oauth_connector.connector.secret.ownership import find_reported
from oauth_connector.connector.status.findings import Findings, find_published_token
from oauth_connector.connector.status.problem import Problem
from oauth_connector.controller.context import ControllerContext
from oauth_connector.controller.ports import ClusterUnavailable, Superseded
from oauth_connector.controller.status_writer import StatusWriter
from oauth_connector.oauth.errors import Remedy

REPORTED_FROM = 5
"""The number of failures in a row from which status shows them: about a minute, with the pauses of the workqueue."""

log = structlog.get_logger(__name__)


class ErrorReporter:
    """Writes the failures in a row of a connector into its status."""

    def __init__(self, context: ControllerContext) -> None:
        self._cluster = context.ports.cluster
        self._clock = context.ports.clock
        self._status = StatusWriter(context)

    async def report_error(self, key: Key, failures: int) -> None:
        """Report so many failures in a row, if they are enough. Raises nothing: it is called in the workqueue."""
        if failures < REPORTED_FROM:
            return
        try:
            await self._report(key)
        except (ClusterUnavailable, Superseded) as postponed:
            log.warning("an internal error is reported later", connector=str(key), cause=str(postponed))
        except Exception:
            log.exception("an internal error cannot be reported", connector=str(key))

    async def _report(self, key: Key) -> None:
        """Write the problem into status, beside the token that Pods can read."""
        connector = self._cluster.connector(key)
        if connector is None or connector.deleting:
            return
        outputs = [secret for secret in self._cluster.outputs_of(connector) if not secret.grant]
        published = find_published_token(find_reported(outputs, connector))
        problem = Problem(Reason.INTERNAL_ERROR, Remedy.RETRY)
        await self._status.record(connector, Findings(self._clock(), published, problem))
