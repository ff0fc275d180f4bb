"""The readers of status that the other tests rely on."""

from typing import Any

import pytest

from tests.support.kstatus import flux_problems, kstatus


def a_status(observed: int | None = 2, /, **conditions: str) -> dict[str, Any]:
    """Give a status by the state of each condition."""
    made = [
        {"type": kind, "status": state, "reason": "Because", "observedGeneration": 2}
        for kind, state in conditions.items()
    ]
    return {"conditions": made} if observed is None else {"observedGeneration": observed, "conditions": made}


HEALTH = {
    "an object that nobody has seen": ({"observedGeneration": -1}, "InProgress"),
    "an object that nobody has seen, without our default": ({}, "Current"),
    "ready": (a_status(Ready="True"), "Current"),
    "ready, of an earlier generation": (a_status(1, Ready="True"), "InProgress"),
    "ready, and failing to refresh": (a_status(Ready="True", RefreshFailed="True"), "Current"),
    "not ready": (a_status(Ready="False"), "InProgress"),
    "not known": (a_status(Ready="Unknown"), "InProgress"),
    "at work": (a_status(Ready="False", Reconciling="True"), "InProgress"),
    "stalled": (a_status(Ready="False", Stalled="True"), "Failed"),
    "no longer stalled": (a_status(Ready="True", Stalled="False"), "Current"),
    "at work and stalled: the first counts": (a_status(Stalled="True", Reconciling="True"), "Failed"),
}

SOUND = {
    "ready": a_status(Ready="True"),
    "ready, failing to refresh": a_status(Ready="True", RefreshFailed="True"),
    "at work": a_status(Ready="False", Reconciling="True"),
    "at work, not known": a_status(Ready="Unknown", Reconciling="True"),
    "stalled": a_status(Ready="False", Stalled="True"),
    "at work on a new generation": a_status(1, Ready="False", Reconciling="True"),
}

BROKEN = {
    "FAIL0001": a_status(Ready="True", Stalled="True"),
    "FAIL0002": a_status(Reconciling="True"),
    "FAIL0003": a_status(Ready="True", Reconciling="True"),
    "FAIL0004": a_status(Ready="Unknown", Reconciling="True", Stalled="True"),
    "FAIL0005": a_status(Ready="False", Reconciling="True", Stalled="True"),
    "FAIL0006": a_status(3, Ready="False"),
    "FAIL0007": a_status(1, Ready="True"),
    "FAIL0008": {"observedGeneration": 2, "conditions": [{"type": "Ready", "status": "True", "observedGeneration": 1}]},
    "FAIL0009": {"observedGeneration": 2, "conditions": [{"type": "Ready", "status": "True", "observedGeneration": 1}]},
    "FAIL0011": a_status(Ready="Unknown"),
    "WARN0003": a_status(Ready="True", Reconciling="False"),
    "WARN0004": a_status(Ready="True", RefreshFailed="False"),
    "WARN0005": {"observedGeneration": 2, "conditions": [{"type": "Ready", "status": "False"}]},
    "no reason": {"conditions": [{"type": "Ready", "status": "False", "observedGeneration": 2}]},
}


@pytest.mark.parametrize("situation", HEALTH)
def test_health_is_computed_in_kstatus_order(situation: str) -> None:
    """The generation comes first, then the abnormal conditions, then Ready."""
    status, health = HEALTH[situation]
    assert kstatus(status, 2) == health


def test_an_object_that_is_going_is_terminating() -> None:
    """Nothing else counts for an object that is being deleted."""
    assert kstatus(a_status(Ready="True"), 2, deleting=True) == "Terminating"


@pytest.mark.parametrize("situation", SOUND)
def test_a_sound_status_has_no_problems(situation: str) -> None:
    """What our contract says of a situation satisfies Flux's checker."""
    assert flux_problems(SOUND[situation], 2) == []


@pytest.mark.parametrize("number", BROKEN)
def test_a_broken_rule_is_told_by_its_number(number: str) -> None:
    """Each rule of the checker finds what it is about."""
    assert number in " ".join(flux_problems(BROKEN[number], 2))
