"""Connectors whose request the operator itself has refused, when its settings change."""

import pytest

from oauth_connector.connector.local_rules import LocalRules
from oauth_connector.oauth.signals import Signal, Symptom
from tests.support.builders import a_spec
from tests.support.world import World

REFUSALS = {
    "DestinationNotAllowed": Symptom.DESTINATION_NOT_ALLOWED,
    "CertificateUntrusted": Symptom.CERTIFICATE_UNTRUSTED,
    "CABundleInvalid": Symptom.BAD_CA_BUNDLE,
}


@pytest.mark.parametrize("reason", REFUSALS)
@pytest.mark.parametrize("restarts", [False, True])
async def test_a_refusal_is_judged_again_when_the_rules_have_changed(
    world: World, reason: str, *, restarts: bool
) -> None:
    """Another setting ends the refusal at once, while the process runs and after a restart."""
    world.provider.answer = Signal(REFUSALS[reason])
    await world.run()
    assert world.reason() == reason
    world.now += 11
    world.rules = LocalRules("second")
    world.provider.come_back()
    if restarts:
        world.start()
    await world.run()
    assert (world.reason(), world.reason("Stalled")) == ("TokenIssued", None)


async def test_a_refusal_is_not_judged_again_by_the_same_rules(world: World) -> None:
    """A restart with the same settings tries nothing: the pause stays five minutes."""
    world.provider.answer = Signal(Symptom.DESTINATION_NOT_ALLOWED)
    await world.run()
    tries = world.calls
    for _ in range(5):
        world.now += 11
        world.start()
        await world.run()
    assert world.calls == tries


async def test_a_rejection_of_the_provider_does_not_depend_on_the_rules(world: World) -> None:
    """Another setting sends no credentials to a provider that has rejected them."""
    world.provider.answer = Signal(Symptom.OAUTH_ERROR, 401, "invalid_client")
    await world.run()
    world.now += 11
    world.rules = LocalRules("second")
    await world.run()
    assert world.calls == 1


async def test_credentials_are_sent_when_the_settings_no_longer_ask_for_allowed_hosts(world: World) -> None:
    """`requireAllowedHosts: false` ends `CredentialsNotAllowed` without a change of the Secret."""
    world.rules = LocalRules("strict", require_allowed_hosts=True)
    await world.run()
    assert (world.reason("Stalled"), world.calls) == ("CredentialsNotAllowed", 0)
    world.now += 11
    world.rules = LocalRules("lenient")
    await world.run()
    assert (world.reason(), world.calls) == ("TokenIssued", 1)


async def test_a_failing_refresh_is_sent_at_once_when_the_rules_have_changed(world: World) -> None:
    """A token that is still valid is refreshed when the destination is allowed again."""
    await world.run()
    world.provider.answer = Signal(Symptom.DESTINATION_NOT_ALLOWED)
    await world.run(2500)
    assert world.reason("RefreshFailed") == "DestinationNotAllowed"
    world.rules = LocalRules("second")
    world.provider.come_back()
    await world.run(11)
    assert (world.token, world.reason("RefreshFailed")) == ("token-2", None)


async def test_an_edit_of_the_spec_is_tried_at_once(world: World) -> None:
    """A refusal belongs to the request, too: another token URL is judged at once."""
    world.provider.answer = Signal(Symptom.DESTINATION_NOT_ALLOWED)
    await world.run()
    world.provider.come_back()
    world.now += 11
    world.edit(a_spec(provider={"tokenURL": "https://other.example.com/token"}))
    await world.run()
    assert world.reason() == "TokenIssued"
