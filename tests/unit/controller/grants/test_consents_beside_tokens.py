"""A consent must not disturb tokens, neither those of its connector nor those of others."""

import pytest

from oauth_connector.oauth.metadata import ServerMetadata
from oauth_connector.oauth.request_context import RequestContext
from oauth_connector.oauth.signals import Signal
from tests.support.builders import a_connector
from tests.support.consenting import CODE_SPEC, a_consent, consent
from tests.support.rotating_provider import RotatingProvider
from tests.support.world import World


async def test_a_request_that_is_too_long_ends_the_consent_and_not_the_refreshes(consenting: World) -> None:
    """A requester cannot stop the refreshes of a connector with many scopes."""
    consenting.edit({**CODE_SPEC, "scopes": [f"{n:03}".ljust(500, "x") for n in range(20)]})
    consenting.cluster.add_consent(a_consent(int(consenting.now)))
    await consenting.run()
    assert consenting.consent_reason("crm-1") == "ConnectorInvalid"
    assert consenting.reason() == "ConsentRequired"


class Absurd(RotatingProvider):
    """A provider whose authorization endpoint is no valid address."""

    async def find(self, issuer: str, context: RequestContext) -> ServerMetadata | Signal:
        """Return the metadata."""
        del context
        return ServerMetadata(issuer, f"{issuer}/token", f"{issuer}/authorize#" + "x" * 4000)


async def test_an_issuer_with_an_invalid_endpoint_ends_the_consent_and_not_the_reconciliation() -> None:
    """An issuer's metadata is text of a remote server."""
    world = World(Absurd())
    world.cluster.add(a_connector({**CODE_SPEC, "provider": {"issuer": "https://login.example.com"}}))
    world.cluster.add_credential("shop", "robot", client_secret=b"s3cret")
    world.cluster.add_consent(a_consent(int(world.now)))
    await world.run()
    assert world.consent_reason("crm-1") == "ConnectorInvalid"


@pytest.mark.parametrize("payload", ["W10", "MQ", "Ingi"])
async def test_an_invalid_id_token_loses_no_token(consenting: World, payload: str) -> None:
    """A list, a number, a text: the code is used up by then, and its tokens must be stored."""
    await consenting.run()
    consenting.rotating.extra = {"id_token": f"e30.{payload}.c2ln"}
    await consent(consenting)
    assert consenting.token == "token-1"


async def test_a_consent_whose_status_cannot_be_written_delays_no_refresh(consenting: World) -> None:
    """An admission policy may reject the write: the existing grant is refreshed."""
    await consenting.run()
    await consent(consenting)
    consenting.cluster.refuse_consents = True
    consenting.cluster.add_consent(a_consent(int(consenting.now), "crm-2"))
    await consenting.run(3600)
    assert consenting.token != "token-1"


async def test_while_the_api_server_is_unavailable_one_consent_is_tried_and_not_all(consenting: World) -> None:
    """Each try may take as long as its time-out: thousands of them would delay the connector."""
    await consenting.run()
    await consent(consenting)
    consenting.cluster.refuse_consents = True
    for number in range(2, 12):
        consenting.cluster.add_consent(a_consent(int(consenting.now), f"crm-{number}"))
    before = len(consenting.cluster.calls.writes)
    await consenting.run()
    assert len(consenting.cluster.calls.writes) - before == 1


async def test_an_invalid_spec_leaves_its_secret_unchanged(consenting: World) -> None:
    """It may be older than a rule: status reports it, and no reconciliation fails."""
    await consenting.run()
    await consent(consenting)
    consenting.edit({"grantType": "Nonsense"})
    await consenting.run(60)
    assert consenting.reason("RefreshFailed") == "InvalidSpec"
    assert consenting.token == "token-1"
