"""Consents without a redirect (RFC 8628), many or hostile: what they may cost a provider, and a refresh that is due."""

from oauth_connector.oauth.token import HTTPResponse
from tests.support.consenting import a_consent
from tests.support.device_provider import PENDING, DeviceProvider
from tests.support.world import World


async def test_many_consents_do_not_keep_a_refresh_from_its_turn(world: World, provider: DeviceProvider) -> None:
    """A server that answers slowly, and polls of four consents: between two polls a refresh that is due is sent."""
    provider.lifetime = 600
    world.cluster.add_consent(a_consent(int(world.now), redirect="Device"))
    await world.run()
    provider.decision = None
    await world.run(10)
    provider.decision, provider.offer = PENDING, {"interval": 1}
    provider.on_poll = lambda: setattr(world, "now", world.now + 0.4)
    for number in range(2, 6):
        world.cluster.add_consent(a_consent(int(world.now), f"crm-{number}", redirect="Device"))
    await world.run(560)
    assert world.token != "token-1"
    assert len(provider.polls) > 100


async def test_a_limit_of_the_provider_holds_for_all_consents(world: World, provider: DeviceProvider) -> None:
    """After 429 no codes are requested for the connector before the time that the provider demands (RFC 6585 §4)."""
    provider.device_answer = HTTPResponse(429, {"retry-after": "600"}, b"")
    for number in range(1, 5):
        world.cluster.add_consent(a_consent(int(world.now), f"crm-{number}", redirect="Device"))
    await world.run(590)
    assert len(provider.authorizations) == 1


async def test_codes_that_could_not_be_written_are_written_later(world: World, provider: DeviceProvider) -> None:
    """The user is shown the codes that were issued first: no others are requested."""
    consent = a_consent(int(world.now), redirect="Device")
    world.cluster.add_consent(consent)
    world.cluster.consent_conflicts = 5
    await world.run(30)
    assert len(provider.authorizations) == 1
    assert world.consent_reason("crm-1") == "AwaitingUser"
