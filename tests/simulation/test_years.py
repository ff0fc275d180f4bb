"""Years in minutes: a fleet under random faults, from a seed; the guarantees of the operator are true throughout."""

import logging

import pytest
import structlog

from tests.simulation.audit import Audit
from tests.simulation.fleet import Fleet, Plan
from tests.simulation.grants import GrantFleet
from tests.simulation.weather import DAY, HOUR
from tests.support.virtual_time import run_virtually

MINUTE = 60

SLOW = Plan(seed=1, days=730, fleet={12 * 3600: 5, 86400: 35, 7 * 86400: 300, 30 * 86400: 360, 90 * 86400: 300})
"""Two years of tokens with lifetimes from half a day to a quarter of a year."""

QUICK = Plan(
    seed=2,
    days=1.5,
    fleet={30: 2, 5 * MINUTE: 30, 15 * MINUTE: 100, 60 * MINUTE: 868},
    outage_every=DAY / 2,
    outage_lasts=HOUR / 3,
    restart_every=4 * HOUR,
    api_away_every=3 * HOUR,
)
"""A day and a half of tokens with lifetimes from half a minute to an hour, with a fault somewhere at any time."""


@pytest.fixture(autouse=True)
def quiet() -> None:
    """Log errors only."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))


def summarize(audit: Audit) -> str:
    """Return a summary of a run in one line."""
    return f"{audit.calls} calls, {audit.failing} in vain, {audit.refreshes} tokens, {audit.excused} died in an outage"


@pytest.mark.timeout(1800)  # minutes of work, which a busy machine may stretch
@pytest.mark.parametrize(("plan", "window"), [(SLOW, 24 * 60), (QUICK, 5)], ids=["two years", "a busy day"])
def test_promises_are_kept_through_faults(plan: Plan, window: int) -> None:
    """No token expires while its provider is available, two requests are 10 s apart, and there is no herd."""
    audit = run_virtually(Fleet(plan).live())
    assert audit.breaches == [], summarize(audit)
    assert audit.bugs == 0
    assert audit.herd(window) <= 3
    assert audit.failing > 1000, "the weather was too good to show anything"


GRANTS = Plan(
    seed=4,
    days=40,
    fleet={3600: 2, 8 * 3600: 12, 86400: 30},
    hosts=6,
    outage_every=4 * DAY,
    outage_lasts=HOUR,
    restart_every=6 * HOUR,
    api_away_every=DAY,
)
"""Forty days of connectors with refresh tokens, every second one at a server that forgives nothing."""


@pytest.mark.timeout(600)  # as above
def test_no_grant_is_lost_except_by_a_lost_response_of_a_strict_server() -> None:
    """A server with a grace period loses no grant, whether process, API server or provider fails.

    The presented refresh token is the stored one, and never twice in flight; at a strict server each lost grant has a
    lost response.
    """
    fleet = GrantFleet(GRANTS)
    run_virtually(fleet.live())
    audit = fleet.audit
    assert audit.breaches == []
    assert audit.bugs == 0
    assert audit.refreshes > 3000
    assert audit.lost_answers > 100, "the weather was too good to show anything"
    assert sum(audit.losses.values()) > 10


def test_a_seed_repeats_the_same_simulation() -> None:
    """The same seed causes the same requests again."""
    plan = Plan(seed=3, days=2, fleet={3600: 40}, hosts=3, outage_every=DAY / 2, restart_every=DAY / 4)
    first, second = (run_virtually(Fleet(plan).live()).digest() for _ in range(2))
    assert first == second
