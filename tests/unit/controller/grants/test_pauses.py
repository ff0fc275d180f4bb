"""No reconciliation requeues itself at once for ever, whatever fails."""

from oauth_connector.oauth.signals import Signal, Symptom
from tests.support.consenting import CODE_SPEC, consent
from tests.support.world import World

LOST = Signal(Symptom.CONNECTION_LOST, sent=True)
MANY = 100


async def in_doubt(world: World) -> None:
    """Bring a connector to a claim in doubt: the outcome of its refresh is unknown."""
    await world.run()
    await consent(world)
    world.rotating.fault = LOST
    await world.run(3000)
    assert '"claim":["' in world.state["grant.json"]


async def test_a_claim_in_doubt_without_its_credentials_is_requeued_with_pauses(consenting: World) -> None:
    """The same refresh token cannot be sent while the client secret is missing: that Secret is read."""
    await in_doubt(consenting)
    del consenting.cluster.credentials["shop", "robot"]
    before = len(consenting.cluster.calls.reads)
    await consenting.run(600)
    assert len(consenting.cluster.calls.reads) - before < MANY


async def test_a_claim_in_doubt_at_another_server_is_requeued_with_pauses(consenting: World) -> None:
    """The connector was changed to another server meanwhile, which must not get the token."""
    await in_doubt(consenting)
    provider = {**CODE_SPEC["provider"], "tokenURL": "https://other.example/token"}
    consenting.edit({**CODE_SPEC, "provider": provider})
    before = len(consenting.cluster.calls.reads)
    await consenting.run(600)
    assert not any("other.example" in url for url in consenting.rotating.urls)
    assert len(consenting.cluster.calls.reads) - before < MANY


async def test_a_claim_in_doubt_whose_state_cannot_be_written_is_retried_with_pauses(consenting: World) -> None:
    """A policy rejects the write, or the Secret is immutable: without a claim nothing is sent."""
    await in_doubt(consenting)
    consenting.cluster.refuse_secrets = "no"
    before = len(consenting.cluster.calls.writes)
    await consenting.run(600)
    assert len(consenting.cluster.calls.writes) - before < MANY
