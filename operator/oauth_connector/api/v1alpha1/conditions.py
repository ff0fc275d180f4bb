"""Conditions by the Kubernetes conventions: the time of a condition changes only with its status."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol, TypeVar

from oauth_connector.api.names import CONSENT_REQUIRED, READY, RECONCILING, REFRESH_FAILED, REFRESH_LATE, STALLED
from oauth_connector.api.reasons import Reason
from oauth_connector.api.schema.fields import Model
from oauth_connector.api.v1alpha1.status import LONGEST_MESSAGE, Condition

ORDER = (READY, RECONCILING, STALLED, REFRESH_FAILED, CONSENT_REQUIRED, REFRESH_LATE)
"""The order in status. All types but `Ready` are present only while they are true."""


class ConditionLike(Protocol):
    """A condition of any kind of resource."""

    @property
    def type(self) -> str:
        """The type, such as `Ready`."""

    @property
    def status(self) -> str:
        """One of `True`, `False`, `Unknown`."""

    @property
    def last_transition_time(self) -> datetime:
        """The time of the last change of the status."""


C = TypeVar("C", bound=ConditionLike)
ConditionT = TypeVar("ConditionT", bound=Model)


def find_condition(conditions: Iterable[C], kind: str) -> C | None:
    """Return the condition of a type."""
    return next((c for c in conditions if c.type == kind), None)


def transition_time(before: ConditionLike | None, status: str, now: datetime) -> datetime:
    """Return the time of the last change of a status: that of the condition before, if it has the same status."""
    return before.last_transition_time if before is not None and before.status == status else now


def set_conditions(
    before: Iterable[Condition], wanted: Mapping[str, tuple[str, Reason, str]], generation: int, now: datetime
) -> tuple[Condition, ...]:
    """Return exactly the wanted conditions (status, reason, message by type); a time changes only with its status.

    Raises `ValueError` for an unknown type or status.
    """
    known = tuple(before)

    def build(kind: str) -> Condition:
        status, reason, message = wanted[kind]
        last = find_condition(known, kind)
        if last is not None and last.is_about(status, reason, message, generation):
            return last
        values = {
            "type": kind,
            "status": status,
            "reason": reason,
            "message": message,
            "observedGeneration": generation,
        }
        return build_condition(Condition, values, known, now)

    return tuple(build(kind) for kind in sorted(wanted, key=ORDER.index))


def build_condition(
    model: type[ConditionT], values: Mapping[str, object], before: Iterable[ConditionLike], now: datetime
) -> ConditionT:
    """Build a condition of `values` by their names in JSON; `before` are the conditions that it replaces.

    The message is cut to the longest one that the API server accepts. Raises `ValueError` for an invalid value.
    """
    kind, status, message = (str(values[name]) for name in ("type", "status", "message"))
    last_change = transition_time(find_condition(before, kind), status, now)
    return model.model_validate({**values, "message": message[:LONGEST_MESSAGE], "lastTransitionTime": last_change})


def find_json_condition(status: Mapping[str, Any] | None, kind: str) -> Mapping[str, Any] | None:
    """Return the condition of a type in a status as the API server returns it, with a reason of any release."""
    return next((c for c in (status or {}).get("conditions") or () if c.get("type") == kind), None)
