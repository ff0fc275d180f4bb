"""What the parts of the process do with many connectors."""

import time

from structlog.testing import capture_logs

from oauth_connector.connector.observation import Key
from oauth_connector.controller.workqueue import Workqueue
from oauth_connector.parts import enqueue_judged_by_settings
from tests.support.builders import a_connector
from tests.support.raising import a_raising_connector


class RecordingQueue(Workqueue):
    """A workqueue that records what is put into it."""

    def __init__(self) -> None:
        super().__init__(time.time)
        self.enqueued: list[Key] = []

    def enqueue(self, key: Key, at: float | None = None) -> None:
        """Record a key."""
        del at
        self.enqueued.append(key)


def test_changed_settings_reach_the_connectors_after_one_that_raises() -> None:
    """The one that raises is reconciled too, which shows the error in its status."""
    refused = {"lastError": {"reason": "DestinationNotAllowed", "remedy": "Retry"}}
    connectors = [
        a_raising_connector(Key("n", "bad")),
        a_connector(key=Key("n", "unaffected")),
        a_connector(status=refused, key=Key("n", "refused")),
    ]
    queue = RecordingQueue()
    with capture_logs() as logged:
        enqueue_judged_by_settings(queue, connectors)
    assert [key.name for key in queue.enqueued] == ["bad", "refused"]
    assert [(line["namespace"], line["name"]) for line in logged] == [("n", "bad")]
