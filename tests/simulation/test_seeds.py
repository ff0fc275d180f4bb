"""A simulation can be repeated."""

import pytest

from tests.simulation.fleet import Fleet, Plan
from tests.simulation.weather import DAY
from tests.support.virtual_time import run_virtually


@pytest.mark.timeout(3600)  # as in the others
def test_a_seed_repeats_the_same_simulation() -> None:
    """The same seed causes the same requests again."""
    plan = Plan(seed=3, days=2, fleet={3600: 40}, hosts=3, outage_every=DAY / 2, restart_every=DAY / 4)
    first, second = (run_virtually(Fleet(plan).live()).digest() for _ in range(2))
    assert first == second
