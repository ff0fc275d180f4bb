"""The pace of an informer."""

from oauth_connector.kube.watch_stream import Pauses, WatchTiming


async def test_pauses_double_up_to_the_longest() -> None:
    """And begin anew after a sign of life."""
    pauses = Pauses(WatchTiming(first=0.001, longest=0.004))
    planned = []
    for _ in range(4):
        await pauses.rest()
        planned.append(pauses._next)
    assert planned == [0.002, 0.004, 0.004, 0.004]
    pauses.reset()
    await pauses.rest()
    assert pauses._next == 0.002


def test_a_quiet_stream_is_not_taken_for_a_dead_one() -> None:
    """The server ends a stream, after a bookmark, before the time of a silence is over."""
    assert WatchTiming().stream < WatchTiming().silence < WatchTiming().relist
