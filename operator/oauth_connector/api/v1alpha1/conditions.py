"""Conditions by the Kubernetes conventions: the time of a condition changes only with its status."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Protocol, TypeVar

from oauth_connector.api.reasons import Reason
from oauth_connector.api.v1alpha1.status import LONGEST_MESSAGE, Condition

ORDER = ("Ready", "Reconciling", "Stalled", "RefreshFailed", "ConsentRequired")
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
    known = {c.type: c for c in before}

    def build(kind: str) -> Condition:
        status, reason, message = wanted[kind]
        return Condition.model_validate(
            {
                "type": kind,
                "status": status,
                "reason": reason,
                "message": message[:LONGEST_MESSAGE],
                "observedGeneration": generation,
                "lastTransitionTime": transition_time(known.get(kind), status, now),
            }
        )

    return tuple(build(kind) for kind in sorted(wanted, key=ORDER.index))
