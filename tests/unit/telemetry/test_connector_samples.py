"""The state of the connectors for the metrics."""

from structlog.testing import capture_logs

from oauth_connector.connector.observation import Key
from oauth_connector.telemetry.connector_samples import sample_connectors
from oauth_connector.telemetry.metrics import ConnectorSample, Metrics
from tests.support.builders import a_connector
from tests.support.raising import a_raising_connector


def test_a_connector_that_raises_is_counted_and_hides_no_other() -> None:
    """The scrape has all series; the state of that connector is unknown, and the log names it."""
    connectors = [a_raising_connector(Key("n", "bad")), a_connector(key=Key("n", "good"))]
    with capture_logs() as logged:
        samples = list(sample_connectors(connectors))
        text = Metrics(lambda: sample_connectors(connectors)).render().decode()
    assert samples == [ConnectorSample("n", "bad"), ConnectorSample("n", "good")]
    assert 'oauth_connector_connectors{ready="Unknown",reason=""} 2.0' in text
    assert {(line["namespace"], line["name"]) for line in logged} == {("n", "bad")}
