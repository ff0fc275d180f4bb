"""Two years in minutes: a fleet under random faults, from a seed; the guarantees are true throughout."""

import pytest

from tests.simulation.fleet import Plan
from tests.simulation.promises import check_promises

DAY_IN_MINUTES = 24 * 60

SLOW = Plan(seed=1, days=730, fleet={12 * 3600: 5, 86400: 35, 7 * 86400: 300, 30 * 86400: 360, 90 * 86400: 300})
"""Two years of tokens with lifetimes from half a day to a quarter of a year."""


@pytest.mark.timeout(3600)  # minutes of work, which a busy machine may stretch to an hour
def test_promises_are_kept_through_two_years_of_faults() -> None:
    """No token expires while its provider is available, two requests are 10 s apart, and there is no herd."""
    check_promises(SLOW, DAY_IN_MINUTES)
