"""The test code that reads conditions follows the contract of Flux."""

from typing import Any

import pytest

from tests.support.flux_checker import flux_problems


def status_with(observed: int | None = 2, /, **conditions: str) -> dict[str, Any]:
    """Return a status by the state of each condition."""
    made = [
        {"type": kind, "status": state, "reason": "Because", "observedGeneration": 2}
        for kind, state in conditions.items()
    ]
    return {"conditions": made} if observed is None else {"observedGeneration": observed, "conditions": made}


SOUND = {
    "ready": status_with(Ready="True"),
    "ready, failing to refresh": status_with(Ready="True", RefreshFailed="True"),
    "at work": status_with(Ready="False", Reconciling="True"),
    "at work, not known": status_with(Ready="Unknown", Reconciling="True"),
    "stalled": status_with(Ready="False", Stalled="True"),
    "at work on a new generation": status_with(1, Ready="False", Reconciling="True"),
}

BROKEN = {
    "FAIL0001": status_with(Ready="True", Stalled="True"),
    "FAIL0002": status_with(Reconciling="True"),
    "FAIL0003": status_with(Ready="True", Reconciling="True"),
    "FAIL0004": status_with(Ready="Unknown", Reconciling="True", Stalled="True"),
    "FAIL0005": status_with(Ready="False", Reconciling="True", Stalled="True"),
    "FAIL0006": status_with(3, Ready="False"),
    "FAIL0007": status_with(1, Ready="True"),
    "FAIL0008": {"observedGeneration": 2, "conditions": [{"type": "Ready", "status": "True", "observedGeneration": 1}]},
    "FAIL0009": {"observedGeneration": 2, "conditions": [{"type": "Ready", "status": "True", "observedGeneration": 1}]},
    "FAIL0011": status_with(Ready="Unknown"),
    "WARN0003": status_with(Ready="True", Reconciling="False"),
    "WARN0004": status_with(Ready="True", RefreshFailed="False"),
    "WARN0005": {"observedGeneration": 2, "conditions": [{"type": "Ready", "status": "False"}]},
    "no reason": {"conditions": [{"type": "Ready", "status": "False", "observedGeneration": 2}]},
}


@pytest.mark.parametrize("situation", SOUND)
def test_a_correct_status_has_no_problems(situation: str) -> None:
    """A status that follows the contract satisfies Flux's checker."""
    assert flux_problems(SOUND[situation], 2) == []


@pytest.mark.parametrize("number", BROKEN)
def test_a_violation_is_reported_with_the_number_of_its_rule(number: str) -> None:
    """Each rule of the checker finds its violation."""
    assert number in " ".join(flux_problems(BROKEN[number], 2))
