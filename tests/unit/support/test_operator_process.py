"""The tests search the log for the messages that the operator writes."""

from pathlib import Path

from oauth_connector.controller import workqueue
from tests.support.operator_process import FAILURE


def test_the_log_message_of_an_unexpected_error_is_that_of_the_workqueue() -> None:
    """A reworded message would make the search for errors in the log of an operator succeed always."""
    assert f'log.exception("{FAILURE}"' in Path(workqueue.__file__).read_text(encoding="utf-8")
