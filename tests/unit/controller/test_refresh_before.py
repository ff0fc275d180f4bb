"""The Event for `spec.refresh.before` that is not shorter than the lifetime of the token."""

import pytest

from tests.support.builders import a_connector, a_spec
from tests.support.world import World

IGNORED = ("Warning", "RefreshBeforeIgnored")


@pytest.fixture
def world() -> World:
    """Return a connector whose `before` is two hours, at a provider with tokens of one hour."""
    made = World()
    made.cluster.add(a_connector(a_spec(refresh={"before": "2h"})))
    made.cluster.add_credential("shop", "robot", client_secret=b"s3cret")
    return made


async def test_a_before_that_is_ignored_is_reported_once(world: World) -> None:
    """The first token causes the Event; its refreshes and a restart do not repeat it."""
    await world.run()
    assert world.recorder.events == [IGNORED]
    await world.run(4 * 3600)
    world.start()
    await world.run(3600)
    assert world.calls > 4
    assert world.recorder.events == [IGNORED]


async def test_a_before_that_is_shorter_than_the_lifetime_is_not_reported(world: World) -> None:
    """Half an hour is kept, so there is nothing to report."""
    world.edit(a_spec(refresh={"before": "30m"}))
    await world.run(4 * 3600)
    assert world.recorder.events == []


async def test_a_before_is_reported_when_it_or_the_lifetime_changes(world: World) -> None:
    """An edit of the spec is reported at once, a shorter token when it is issued."""
    world.edit(a_spec(refresh={"before": "30m"}))
    await world.run()
    world.edit(a_spec(refresh={"before": "2h"}))
    await world.run()
    assert world.recorder.events == [IGNORED]
    world.edit(a_spec(refresh={"before": "30m"}))
    await world.run()
    world.provider.lifetime = 600
    await world.run(3600)
    assert world.recorder.events == [IGNORED, IGNORED]
