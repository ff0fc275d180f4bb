"""The gap of ten seconds between two token requests: in whole seconds of status, and exact ones of the process."""

from oauth_connector.api.schema.times import format_epoch
from oauth_connector.connector.checks.decide import decide
from oauth_connector.connector.checks.decisions import Postpone, RequestCause, RequestToken
from oauth_connector.connector.observation import ConnectorMemory, Observation
from tests.support.builders import NOW, a_connector, an_observation


def issued_ten_seconds_ago(memory: ConnectorMemory) -> Observation:
    """Return a connector whose Secret was deleted, a moment after the tenth second since its token was issued."""
    status = {"observedGeneration": 1, "secretRef": {"name": "crm-token"}, "issueTime": format_epoch(NOW - 10)}
    return an_observation(a_connector(status=status), now=NOW + 0.2, memory=memory)


def test_a_new_process_counts_from_the_end_of_the_stored_second() -> None:
    """The request may have been sent in the last moment of the second that is stored."""
    assert decide(issued_ten_seconds_ago(ConnectorMemory())).token == Postpone(None, NOW + 1.0)


def test_a_process_that_sent_the_request_counts_from_its_exact_time() -> None:
    """It does not wait for the rest of the second."""
    observed = issued_ten_seconds_ago(ConnectorMemory(last_call=NOW - 9.9))
    assert decide(observed).token == RequestToken(RequestCause.SECRET_DELETED)
