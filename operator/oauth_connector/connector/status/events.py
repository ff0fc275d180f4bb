"""Which changes of status become Events: transitions only, never what is as expected from the start.

An Event is a write to the API server and costs as much as one of the Secret: a first token causes none.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from oauth_connector.api.names import READY, REFRESH_FAILED
from oauth_connector.api.reasons import Reason
from oauth_connector.api.v1alpha1.conditions import find_condition
from oauth_connector.api.v1alpha1.status import Condition, OAuthConnectorStatus
from oauth_connector.connector.effective import seconds
from oauth_connector.connector.observation import AnyConnector, Connector
from oauth_connector.connector.schedule.refresh_policy import refresh_policy
from oauth_connector.connector.schedule.refresh_time import is_before_ignored

REFRESH_BEFORE_IGNORED = "RefreshBeforeIgnored"

_IGNORED_NOTE = (
    "spec.refresh.before is not shorter than the lifetime of the token and is ignored. Set it to a value that is"
    " shorter than the lifetime."
)


@dataclass(frozen=True, slots=True)
class StatusEvent:
    """An Event to be recorded about a connector."""

    kind: Literal["Normal", "Warning"]
    reason: str
    note: str


def status_events(connector: AnyConnector, after: OAuthConnectorStatus) -> Iterator[StatusEvent]:
    """Yield the Events for a change of status; `connector` has the status before."""
    before = connector.status
    was, now = find_condition(before.conditions, READY), find_condition(after.conditions, READY)
    if now is not None and not _is_expected(was, now):
        yield StatusEvent("Normal" if _is_well(now) else "Warning", now.reason, now.message)
    failed = find_condition(before.conditions, REFRESH_FAILED)
    fails = find_condition(after.conditions, REFRESH_FAILED)
    is_new = fails is not None and (failed is None or failed.reason != fails.reason)
    if fails is not None and is_new and fails.reason != getattr(now, "reason", ""):
        yield StatusEvent("Warning", REFRESH_FAILED, fails.message)
    if isinstance(connector, Connector) and _is_newly_ignored(connector, after):
        yield StatusEvent("Warning", REFRESH_BEFORE_IGNORED, _IGNORED_NOTE)


def _is_expected(was: Condition | None, now: Condition) -> bool:
    """Return whether readiness has neither been lost nor regained."""
    return (was.status, was.reason) == (now.status, now.reason) if was is not None else _is_well(now)


def _is_well(ready: Condition) -> bool:
    """Return whether there is a token, or nothing wrong except that it is being requested."""
    return ready.status == "True" or ready.reason == Reason.PROGRESSING


def _is_newly_ignored(connector: Connector, after: OAuthConnectorStatus) -> bool:
    """Return whether `refresh.before` cannot be kept for this token, and was not ignored before for the same spec."""
    before = connector.status
    was_ignored = before.observed_generation == after.observed_generation and _is_before_ignored(connector, before)
    return _is_before_ignored(connector, after) and not was_ignored


def _is_before_ignored(connector: Connector, status: OAuthConnectorStatus) -> bool:
    issued, expires = seconds(status.issue_time), seconds(status.expiration_time)
    if issued is None or expires is None:
        return False
    return is_before_ignored(refresh_policy(connector.spec), expires - issued)
