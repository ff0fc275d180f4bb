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
from oauth_connector.connector.observation import AnyConnector, Connector
from oauth_connector.connector.status.notices import NOTES, list_notices


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
    if isinstance(connector, Connector):
        yield from (StatusEvent("Warning", name, NOTES[name]) for name in _list_new_notices(connector, after))


def _is_expected(was: Condition | None, now: Condition) -> bool:
    """Return whether readiness has neither been lost nor regained."""
    return (was.status, was.reason) == (now.status, now.reason) if was is not None else _is_well(now)


def _is_well(ready: Condition) -> bool:
    """Return whether there is a token, or nothing wrong except that it is being requested."""
    return ready.status == "True" or ready.reason == Reason.PROGRESSING


def _list_new_notices(connector: Connector, after: OAuthConnectorStatus) -> Iterator[str]:
    """List the notices that are true now, and were not true before for the same spec."""
    before, found = connector.status, tuple(list_notices(connector.spec, after))
    is_same_spec = before.observed_generation == after.observed_generation
    known = set(list_notices(connector.spec, before)) if found and is_same_spec else set()
    return (notice for notice in found if notice not in known)
