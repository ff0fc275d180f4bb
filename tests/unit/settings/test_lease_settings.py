"""The times of leader election: a leader stops before another process may lead."""

import pytest

from oauth_connector.settings.operator import InvalidSettings, load


def test_the_default_times_are_those_of_other_controllers() -> None:
    """Leader election is on."""
    settings = load({})
    times = (settings.lease_duration_seconds, settings.renew_deadline_seconds, settings.lease_retry_seconds)
    assert (settings.leader_election, times) == (True, (15, 10, 2))


DEADLINE = "setting renewDeadlineSeconds (OAUTH_CONNECTOR_RENEW_DEADLINE_SECONDS)"
SHORTER = "must be at least a second shorter than leaseDurationSeconds"
RETRY = "setting leaseRetrySeconds (OAUTH_CONNECTOR_LEASE_RETRY_SECONDS)"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"lease_duration_seconds": 10}, f"{DEADLINE}: {SHORTER}, not 10"),
        ({"renew_deadline_seconds": 15}, f"{DEADLINE}: {SHORTER}, not 15"),
        ({"renew_deadline_seconds": 4}, f"{RETRY}: must be at most a quarter of renewDeadlineSeconds, not 2"),
    ],
)
def test_times_that_let_two_processes_lead_are_refused(given: dict[str, object], message: str) -> None:
    """Also where only one of them is set: the others have their defaults."""
    with pytest.raises(InvalidSettings) as raised:
        load(given)
    assert str(raised.value) == message
