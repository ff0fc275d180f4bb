"""Conditions by the Kubernetes conventions: the time of a condition moves only when its status does."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from oauth_connector.api.reasons import Reason
from oauth_connector.api.v1alpha1.status import LONGEST_MESSAGE, Condition

ORDER = ("Ready", "Reconciling", "Stalled", "RefreshFailed", "ConsentRequired")
"""As people read them; all but `Ready` are there only while true."""


def condition(conditions: Iterable[Condition], kind: str) -> Condition | None:
    """Give the condition of a type."""
    return next((c for c in conditions if c.type == kind), None)


def set_conditions(
    before: Iterable[Condition], wanted: Mapping[str, tuple[str, Reason, str]], generation: int, now: datetime
) -> tuple[Condition, ...]:
    """Give exactly the wanted conditions (status, reason, message by type), with their times kept where they hold.

    Raises `ValueError` for a type that is not ours, and for a status that is none.
    """
    known = {c.type: c for c in before}

    def made(kind: str) -> Condition:
        status, reason, message = wanted[kind]
        same = kind in known and known[kind].status == status
        return Condition.model_validate(
            {
                "type": kind,
                "status": status,
                "reason": reason,
                "message": message[:LONGEST_MESSAGE],
                "observedGeneration": generation,
                "lastTransitionTime": known[kind].last_transition_time if same else now,
            }
        )

    return tuple(made(kind) for kind in sorted(wanted, key=ORDER.index))
