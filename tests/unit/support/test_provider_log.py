"""The log of the authorization server shows double requests, missed refreshes and refused refresh tokens."""

import json
from collections.abc import Mapping
from pathlib import Path

from tests.support.pods.requests import ProviderLog


class LoggingCluster:
    """A cluster whose only answer is a log."""

    kubeconfig = Path("unused")

    def __init__(self, *events: Mapping[str, object]) -> None:
        self._log = "\n".join(["started", *map(json.dumps, events)])

    def kubectl(self, *arguments: str, stdin: str | None = None) -> str:
        """Return the log."""
        assert arguments[0] == "logs"
        assert stdin is None
        return self._log

    def load_image(self, archive: Path) -> None:
        """Load nothing."""

    def run_on_node(self, *command: str) -> str:
        """Run nothing."""
        return " ".join(command)


def log_of(kind: str, *times: float, since: float = 0) -> ProviderLog:
    """Return a log with events of the client `a` at some times."""
    return ProviderLog(LoggingCluster(*({"event": kind, "client": "a", "time": time} for time in times)), since)


def test_requests_within_seconds_are_double() -> None:
    """Two requests of one client within five seconds are reported with the seconds between them."""
    assert log_of("request", 100, 140, 141.5).double_requests(["a"]) == ["a: 1.5 s"]
    assert log_of("request", 100, 140).double_requests(["a"]) == []
    assert log_of("request", 100, 101).double_requests(["b"]) == []


def test_tokens_further_apart_than_the_lifetime_are_missed_refreshes() -> None:
    """The token expired before the next one was issued."""
    assert log_of("token", 100, 161).missed_refreshes(["a"], 60) == ["a: 61.0 s"]
    assert log_of("token", 100, 159).missed_refreshes(["a"], 60) == []


def test_events_before_the_moment_do_not_count() -> None:
    """Only events since a moment are compared."""
    assert log_of("request", 100, 101, 140, since=101).double_requests(["a"]) == []


def test_second_use_of_a_refresh_token_names_the_client() -> None:
    """The authorization server reports the reuse."""
    assert log_of("reuse", 100, 101).refused(["a"]) == ["a"]
    assert log_of("reuse", 100).refused(["b"]) == []
