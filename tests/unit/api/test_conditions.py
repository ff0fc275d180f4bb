"""Conditions by the Kubernetes conventions."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oauth_connector.api.reasons import Reason
from oauth_connector.api.v1alpha1.conditions import ORDER, find_condition, set_conditions
from oauth_connector.api.v1alpha1.status import Condition

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
READY = {"Ready": ("True", Reason.TOKEN_ISSUED, "fine")}
FAILING = {"RefreshFailed": ("True", Reason.PROVIDER_ERROR, "not fine"), **READY}

states = st.fixed_dictionaries(
    {},
    optional={
        kind: st.tuples(st.sampled_from(["True", "False"]), st.sampled_from(Reason), st.text()) for kind in ORDER
    },
)


def test_a_new_condition_has_changed_now() -> None:
    """The first time that a condition is set is when it last changed."""
    (ready,) = set_conditions((), READY, 1, NOW)
    assert (ready.status, ready.reason, ready.message) == ("True", Reason.TOKEN_ISSUED, "fine")
    assert (ready.observed_generation, ready.last_transition_time) == (1, NOW)


def test_the_transition_time_stays_while_the_status_stays() -> None:
    """Another reason, message or generation is no transition."""
    before = set_conditions((), {"Ready": ("False", Reason.PROGRESSING, "soon")}, 1, NOW)
    (ready,) = set_conditions(before, {"Ready": ("False", Reason.PROVIDER_ERROR, "later")}, 2, LATER)
    assert (ready.reason, ready.observed_generation) == (Reason.PROVIDER_ERROR, 2)
    assert ready.last_transition_time == NOW


def test_the_transition_time_changes_with_the_status() -> None:
    """A condition with a new status has changed now."""
    before = set_conditions((), {"Ready": ("False", Reason.PROGRESSING, "soon")}, 1, NOW)
    (ready,) = set_conditions(before, READY, 1, LATER)
    assert ready.last_transition_time == LATER


def test_a_condition_that_is_no_longer_true_is_removed() -> None:
    """It is removed, not set to false."""
    before = set_conditions((), FAILING, 1, NOW)
    assert [c.type for c in before] == ["Ready", "RefreshFailed"]
    assert [c.type for c in set_conditions(before, READY, 1, LATER)] == ["Ready"]


def test_a_condition_is_found_by_its_type() -> None:
    """The order of conditions has no meaning."""
    conditions = set_conditions((), FAILING, 1, NOW)
    failing = find_condition(conditions, "RefreshFailed")
    assert failing is not None
    assert failing.reason is Reason.PROVIDER_ERROR
    assert find_condition(conditions, "Stalled") is None


def test_an_unknown_type_is_rejected() -> None:
    """Only the types of the operator can be set."""
    with pytest.raises(ValueError, match="not in tuple"):
        set_conditions((), {"Blessed": ("True", Reason.PROGRESSING, "")}, 1, NOW)


@given(states, states)
def test_setting_twice_changes_nothing(
    before: dict[str, tuple[str, Reason, str]], after: dict[str, tuple[str, Reason, str]]
) -> None:
    """The same state gives the same conditions, including the times, so that no write is necessary."""
    first = set_conditions(set_conditions((), before, 1, NOW), after, 2, LATER)
    assert set_conditions(first, after, 2, LATER + timedelta(days=1)) == first
    assert all(isinstance(each, Condition) for each in first)
