"""Which changes of status are worth an Event: transitions, never what goes as it should from the start.

An Event is a write to the API server, and as dear as the Secret: a first token costs none.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from oauth_connector.api.reasons import Reason
from oauth_connector.api.v1alpha1.conditions import find_condition
from oauth_connector.api.v1alpha1.status import Condition, OAuthConnectorStatus


@dataclass(frozen=True, slots=True)
class StatusEvent:
    """An Event to be recorded about a connector."""

    kind: Literal["Normal", "Warning"]
    reason: str
    note: str


def status_events(before: OAuthConnectorStatus, after: OAuthConnectorStatus) -> Iterator[StatusEvent]:
    """Give what to tell: readiness won or lost, and the reason of a failing refresh when it is new."""
    was, now = find_condition(before.conditions, "Ready"), find_condition(after.conditions, "Ready")
    if now is not None and not _same(was, now):
        yield StatusEvent("Normal" if _is_well(now) else "Warning", now.reason, now.message)
    failed, fails = (
        find_condition(before.conditions, "RefreshFailed"),
        find_condition(after.conditions, "RefreshFailed"),
    )
    if (
        fails is not None
        and (failed is None or failed.reason != fails.reason)
        and fails.reason != getattr(now, "reason", "")
    ):
        yield StatusEvent("Warning", "RefreshFailed", fails.message)


def _same(was: Condition | None, now: Condition) -> bool:
    """Tell whether nothing has happened that a person would want to be told."""
    return (was.status, was.reason) == (now.status, now.reason) if was is not None else _is_well(now)


def _is_well(ready: Condition) -> bool:
    """Tell whether there is a token, or nothing wrong but that it is being asked for."""
    return ready.status == "True" or ready.reason == Reason.PROGRESSING
