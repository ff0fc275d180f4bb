"""The condition `RefreshLate`, from the first token to the end of its cause."""

from tests.support.builders import a_spec
from tests.support.world import World


async def test_the_condition_goes_when_the_margin_is_long_enough(world: World) -> None:
    """A connector with tokens of two minutes warns until its spec sets a margin of 100 s."""
    world.provider.lifetime = 120
    await world.run(300)
    assert world.reason("RefreshLate") == "RefreshLate"
    assert world.recorder.events == []
    world.edit(a_spec(refresh={"before": "100s"}))
    await world.run(300)
    assert world.reason("RefreshLate") is None
    assert world.reason() == "TokenIssued"


async def test_the_condition_goes_when_the_token_expires(world: World) -> None:
    """An expired token is reported by `Ready`; the margin of the last one is of no interest then."""
    world.provider.lifetime = 120
    await world.run()
    world.provider.go_down()
    await world.run(200)
    assert (world.reason(), world.reason("RefreshLate")) == ("TokenExpired", None)
