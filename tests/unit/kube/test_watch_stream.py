"""The intervals of an informer."""

from oauth_connector.kube.watch_stream import WatchTiming


def test_a_stream_without_events_does_not_count_as_broken() -> None:
    """The server ends a stream before the time of a silence has passed."""
    assert WatchTiming().stream < WatchTiming().silence < WatchTiming().relist
