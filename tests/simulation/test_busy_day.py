"""A busy day in minutes: short-lived tokens under random faults, from a seed; the guarantees are true throughout."""

import pytest

from tests.simulation.fleet import Plan
from tests.simulation.promises import check_promises
from tests.simulation.weather import DAY, HOUR

MINUTE = 60

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


@pytest.mark.timeout(3600)  # minutes of work, which a busy machine may stretch to an hour
def test_promises_are_kept_through_a_busy_day_of_faults() -> None:
    """No token expires while its provider is available, two requests are 10 s apart, and there is no herd."""
    check_promises(QUICK, 5)
