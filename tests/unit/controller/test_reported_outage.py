"""An outage whose cause the log has named once for the process has no line for each connector."""

import pytest
from structlog.testing import capture_logs

from oauth_connector.connector.observation import Key
from oauth_connector.controller.ports import ClusterUnavailable
from oauth_connector.controller.workqueue import Workqueue
from tests.support.manual_clock import ManualClock


@pytest.mark.parametrize(("is_reported", "level"), [(True, "debug"), (False, "warning")])
async def test_a_cause_that_was_named_already_is_not_a_warning_for_each_connector(
    is_reported: bool,  # noqa: FBT001  # a parameter of the table
    level: str,
) -> None:
    """With 1,000 connectors the one line that names the remedy would not be found."""
    workqueue = Workqueue(ManualClock(1000.0))

    async def run(_key: Key) -> float | None:
        workqueue.stop()
        raise ClusterUnavailable("the Kubernetes API returned 401 Unauthorized", is_reported=is_reported)

    workqueue.enqueue(Key("n", "a"))
    with capture_logs() as lines:
        await workqueue.serve(run, lambda _by: None)
    [line] = [line for line in lines if line["event"] == "the Kubernetes API is unavailable"]
    assert line["log_level"] == level
