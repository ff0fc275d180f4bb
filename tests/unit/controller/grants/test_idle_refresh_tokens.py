"""Reconciliations with a provider whose refresh tokens expire without use: Microsoft Entra keeps them for 90 days."""

from tests.support.builders import a_connector, a_spec
from tests.support.rotating_provider import RotatingProvider
from tests.support.world import World

DAY = 86400


SPEC = a_spec(
    grantType="RefreshToken",
    provider={"preset": "MicrosoftEntra", "parameters": {"tenant": "common"}},
    refreshToken={"secretRef": {"name": "seed"}},
)


def a_world_with_long_tokens() -> World:
    """Return a connector with an initial refresh token, and access tokens of 200 days."""
    provider = RotatingProvider(rotates=False)
    provider.lifetime = 200 * DAY
    provider.know(refresh_token="seed-1")
    world = World(provider)
    world.cluster.add(a_connector(SPEC))
    world.cluster.add_credential("shop", "robot", client_secret=b"s3cret")
    world.cluster.add_credential("shop", "seed", refresh_token=b"seed-1")
    return world


async def test_a_long_token_is_refreshed_before_the_refresh_token_expires() -> None:
    """The access token is valid for 200 days, and the refresh token is used twice in the first 90."""
    world = a_world_with_long_tokens()
    await world.run(89 * DAY)
    assert len(world.rotating.presented) == 3
    assert world.reason() == "TokenIssued"


async def test_a_suspended_connector_makes_no_request_and_warns_a_week_before() -> None:
    """Status names the days; when the suspension ends, the refresh token is used, and the condition goes."""
    world = a_world_with_long_tokens()
    await world.run()
    world.edit({**SPEC, "suspend": True})
    await world.run(82 * DAY)
    assert world.reason("RefreshLate") is None
    await world.run(2 * DAY)
    assert (len(world.rotating.presented), world.reason("RefreshLate")) == (1, "RefreshTokenIdle")
    world.edit(SPEC)
    await world.run(DAY)
    assert (len(world.rotating.presented), world.reason("RefreshLate")) == (2, None)
