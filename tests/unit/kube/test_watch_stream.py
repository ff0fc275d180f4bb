"""The intervals of an informer."""

from oauth_connector.kube.watch_stream import Pauses, WatchTiming


async def test_pauses_double_up_to_the_longest() -> None:
    """They start again with the shortest after a success."""
    pauses = Pauses(WatchTiming(first=0.001, longest=0.004))
    planned = []
    for _ in range(4):
        await pauses.wait()
        planned.append(pauses._next)
    assert planned == [0.002, 0.004, 0.004, 0.004]
    pauses.reset()
    await pauses.wait()
    assert pauses._next == 0.002


def test_a_stream_without_events_does_not_count_as_broken() -> None:
    """The server ends a stream before the time of a silence has passed."""
    assert WatchTiming().stream < WatchTiming().silence < WatchTiming().relist
