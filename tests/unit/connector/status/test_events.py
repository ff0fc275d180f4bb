"""Which changes of status become Events: transitions, and nothing that happens each hour."""

from oauth_connector.api.reasons import Reason
from oauth_connector.connector.observation import Attempt, Connector, CredentialVersion
from oauth_connector.connector.status.events import status_events
from oauth_connector.connector.status.findings import Findings, PublishedToken
from oauth_connector.connector.status.problem import Problem
from oauth_connector.connector.status.report import report
from oauth_connector.oauth.errors import Remedy
from tests.support.builders import NOW, a_connector
from tests.unit.connector.status.test_report import reported

ATTEMPT = Attempt((CredentialVersion("robot", "u", "1"),), "v1:x")
DOWN = Problem(Reason.PROVIDER_UNREACHABLE, Remedy.RETRY, {"host": "x"})
LIMITED = Problem(Reason.RATE_LIMITED, Remedy.RETRY, {"host": "x"})


def published(issued: int = NOW) -> PublishedToken:
    """Return a token of an hour."""
    return PublishedToken("crm-token", issued, issued + 3600, "Bearer")


def events_of(connector: Connector, findings: Findings) -> list[tuple[str, str]]:
    """Return the Events of a reconciliation."""
    return [(a.kind, a.reason) for a in status_events(connector, report(connector, findings))]


def test_success_causes_no_event() -> None:
    """Neither the first token causes an Event nor one each hour for years: status shows them."""
    fresh = Findings(NOW, published(), attempt=ATTEMPT)
    assert events_of(a_connector(), fresh) == []
    later = Findings(NOW + 2400, published(NOW + 2400), attempt=ATTEMPT)
    assert events_of(reported(a_connector(), fresh), later) == []


def test_a_failing_refresh_causes_one_event_for_each_reason() -> None:
    """The tenth time-out in a row has the same reason as the first."""
    ready = reported(a_connector(), Findings(NOW, published(), attempt=ATTEMPT))
    failing = Findings(NOW + 2400, published(), DOWN, ATTEMPT)
    assert events_of(ready, failing) == [("Warning", "RefreshFailed")]
    still = reported(ready, failing)
    assert events_of(still, Findings(NOW + 2410, published(), DOWN, ATTEMPT)) == []
    assert events_of(still, Findings(NOW + 2410, published(), LIMITED, ATTEMPT)) == [("Warning", "RefreshFailed")]


def test_lost_readiness_is_a_warning_and_regained_readiness_is_normal() -> None:
    """An expired token causes an Event, and so does the next one."""
    ready = reported(a_connector(), Findings(NOW, published(), attempt=ATTEMPT))
    expired = Findings(NOW + 4000, published(), DOWN, ATTEMPT)
    assert ("Warning", "TokenExpired") in events_of(ready, expired)
    lost = reported(ready, expired)
    assert events_of(lost, Findings(NOW + 4100, published(NOW + 4100), attempt=ATTEMPT)) == [("Normal", "TokenIssued")]


def test_a_token_that_is_being_requested_is_no_warning() -> None:
    """A Secret that was deleted and will be written again in seconds needs no user."""
    ready = reported(a_connector(), Findings(NOW, published(), attempt=ATTEMPT))
    assert events_of(ready, Findings(NOW + 10)) == [("Normal", "Progressing")]
