"""Forty days of refresh tokens in a minute, under random faults, from a seed: no grant is lost without need."""

import pytest

from tests.simulation.fleet import Plan
from tests.simulation.grants import GrantFleet
from tests.simulation.weather import DAY, HOUR
from tests.support.virtual_time import run_virtually

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


@pytest.mark.timeout(3600)  # as in the others
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
