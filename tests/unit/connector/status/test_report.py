"""Status as users and machines read it: the table of conditions, and what stays between reconciliations."""

from dataclasses import replace

import pytest

from oauth_connector.api.reasons import Reason
from oauth_connector.connector.observation import Connector
from oauth_connector.connector.status.findings import Findings
from oauth_connector.connector.status.problem import Problem
from oauth_connector.connector.status.report import next_transition, recorded_problem, report
from oauth_connector.oauth.errors import Remedy
from tests.support.builders import NOW, a_connector
from tests.support.flux_checker import flux_problems
from tests.support.situations import ATTEMPT, DOWN, REFUSED, SHOWN, SITUATIONS


def reported(connector: Connector, findings: Findings) -> Connector:
    """Return the connector as the API server returns it after the reconciliation."""
    return replace(connector, status=report(connector, findings))


@pytest.mark.parametrize("name", SITUATIONS)
def test_each_situation_has_its_conditions(name: str) -> None:
    """The conditions are those of the reference and satisfy Flux's checker. tests/contract/gitops has their health."""
    connector = SITUATIONS[name].connector
    assert {c.type: c.reason for c in connector.status.conditions} == SITUATIONS[name].conditions
    assert flux_problems(connector.status.to_manifest(), connector.generation) == []


def test_ten_minutes_without_a_token_stall() -> None:
    """Progress that takes ten minutes is reported as stalled, while the operator continues to retry."""
    first = reported(a_connector(), Findings(NOW, None, DOWN, ATTEMPT))
    assert next_transition(first.status, NOW) == NOW + 600
    later = reported(first, Findings(NOW + 600, None, recorded_problem(first)))
    assert {c.type: c.reason for c in later.status.conditions} == {
        "Ready": "ProviderUnreachable",
        "Stalled": "ProgressDeadlineExceeded",
    }


def test_a_recorded_problem_changes_nothing() -> None:
    """A reconciliation that only waits for the next attempt leaves status unchanged, to the byte."""
    failed = reported(a_connector(), Findings(NOW, None, REFUSED, ATTEMPT, next_call=NOW + 300))
    waited = reported(failed, Findings(NOW + 60, None, recorded_problem(failed), next_call=NOW + 300))
    assert waited.status == failed.status


def test_a_success_clears_the_failures() -> None:
    """A token clears the failures in a row and the last error."""
    failed = reported(a_connector(), Findings(NOW, None, DOWN, ATTEMPT, next_call=NOW + 5))
    assert failed.status.failed_attempts == 1
    assert failed.status.last_error is not None
    issued = reported(failed, Findings(NOW + 5, SHOWN, attempt=ATTEMPT))
    assert issued.status.failed_attempts == 0
    assert issued.status.last_error is None
    assert [c.type for c in issued.status.conditions] == ["Ready"]


def test_failures_in_a_row_are_counted() -> None:
    """Each failed request adds one; a reconciliation without a request adds none."""
    once = reported(a_connector(), Findings(NOW, None, DOWN, ATTEMPT))
    twice = reported(once, Findings(NOW + 9, None, DOWN, ATTEMPT))
    assert twice.status.failed_attempts == 2
    missing = Problem(Reason.CREDENTIALS_NOT_FOUND, Remedy.RETRY, {"credential": "robot", "key": "client-secret"})
    looked = reported(a_connector(), Findings(NOW, None, missing, replace(ATTEMPT, outbound=False)))
    again = reported(looked, Findings(NOW + 9, None, missing, replace(ATTEMPT, outbound=False)))
    assert again.status == looked.status


def test_status_records_which_credentials_were_sent() -> None:
    """Rejected credentials are recognized after a restart: by the Secret's version and the request's digest."""
    status = reported(a_connector(), Findings(NOW, None, REFUSED, ATTEMPT)).status
    assert [(c.name, c.uid, c.resource_version) for c in status.observed_credentials] == [("robot", "u", "1")]
    assert status.last_error is not None
    assert status.last_error.request_digest == ATTEMPT.digest
    assert status.last_error.oauth_error == "invalid_client"


def test_a_refresh_request_is_recorded_once_a_token_request_was_sent() -> None:
    """`lastHandledRefresh` shows the requester that the request was sent, whether it failed or not."""
    asked = a_connector(refresh_request="now-1")
    assert reported(asked, Findings(NOW, SHOWN, attempt=ATTEMPT)).status.last_handled_refresh == "now-1"
    assert reported(asked, Findings(NOW, SHOWN, DOWN, ATTEMPT)).status.last_handled_refresh == "now-1"
    assert reported(asked, Findings(NOW, SHOWN)).status.last_handled_refresh is None


def test_times_are_whole_seconds_in_utc() -> None:
    """Times in status are RFC 3339 in UTC without fractions, like the API server's own."""
    written = reported(
        a_connector(), Findings(NOW + 0.7, SHOWN, attempt=ATTEMPT, next_call=NOW + 2000)
    ).status.to_manifest()
    assert written["expirationTime"] == "2027-01-15T09:00:00Z"
    assert written["lastRefreshTime"] == "2027-01-15T08:00:00Z"
