"""What a consent comes to must not be in the way of tokens, of this connector's or of others."""

import pytest

from oauth_connector.controller.consents import MAX_PENDING
from oauth_connector.oauth.metadata import ServerMetadata
from oauth_connector.oauth.request_context import RequestContext
from oauth_connector.oauth.signals import Signal
from tests.support.builders import a_connector
from tests.support.consenting import CODE_SPEC, a_consent, consent
from tests.support.rotating_provider import RotatingProvider
from tests.support.world import World


async def test_a_request_that_is_too_long_ends_the_consent_and_not_the_refreshes(consenting: World) -> None:
    """Whoever may create consents cannot end the tokens of a connector with many scopes."""
    consenting.edit({**CODE_SPEC, "scopes": [f"{n:03}".ljust(500, "x") for n in range(20)]})
    consenting.cluster.add_consent(a_consent(int(consenting.now)))
    await consenting.run()
    assert consenting.consent_reason("crm-1") == "ConnectorInvalid"
    assert consenting.reason() == "ConsentRequired"


class Absurd(RotatingProvider):
    """A server that says that browsers are to be sent to an address that is none."""

    async def find(self, issuer: str, context: RequestContext) -> ServerMetadata | Signal:
        """Answer."""
        del context
        return ServerMetadata(issuer, f"{issuer}/token", f"{issuer}/authorize#" + "x" * 4000)


async def test_an_issuer_that_names_no_address_ends_the_consent_and_not_the_pass() -> None:
    """What an issuer says of itself is a stranger's text."""
    world = World(Absurd())
    world.cluster.add(a_connector({**CODE_SPEC, "provider": {"issuer": "https://login.example.com"}}))
    world.cluster.add_credential("shop", "robot", client_secret=b"s3cret")
    world.cluster.add_consent(a_consent(int(world.now)))
    await world.run()
    assert world.consent_reason("crm-1") == "ConnectorInvalid"


@pytest.mark.parametrize("payload", ["W10", "MQ", "Ingi"])
async def test_an_id_token_that_makes_no_sense_loses_no_token(consenting: World, payload: str) -> None:
    """A list, a number, a text: the code is spent by then, and what came for it must be kept."""
    await consenting.run()
    consenting.rotating.extra = {"id_token": f"e30.{payload}.c2ln"}
    await consent(consenting)
    assert consenting.token == "token-1"


async def test_of_many_consents_a_few_are_attended_to(consenting: World) -> None:
    """Thousands of them would keep the operator from everybody else's tokens."""
    for number in range(3 * MAX_PENDING):
        consenting.cluster.add_consent(a_consent(int(consenting.now) + number, f"crm-{number}"))
    await consenting.run()
    taken_up = [one for one in consenting.cluster.consents.values() if one.status.request is not None]
    assert len(taken_up) == MAX_PENDING
    await consenting.run(4000)
    assert consenting.cluster.consents == {}


async def test_a_consent_whose_status_cannot_be_written_keeps_no_token_from_its_refresh(consenting: World) -> None:
    """An admission policy, say: the grant that is there goes on."""
    await consenting.run()
    await consent(consenting)
    consenting.cluster.refuse_consents = True
    consenting.cluster.add_consent(a_consent(int(consenting.now), "crm-2"))
    await consenting.run(3600)
    assert consenting.token != "token-1"


async def test_while_the_api_server_is_away_one_consent_is_tried_and_not_all(consenting: World) -> None:
    """Each try may take as long as its time limit: thousands of them would take the connector's time."""
    await consenting.run()
    await consent(consenting)
    consenting.cluster.refuse_consents = True
    for number in range(2, 12):
        consenting.cluster.add_consent(a_consent(int(consenting.now), f"crm-{number}"))
    before = len(consenting.cluster.calls.writes)
    await consenting.run()
    assert len(consenting.cluster.calls.writes) - before == 1


async def test_a_spec_that_cannot_be_understood_leaves_its_secret_as_it_is(consenting: World) -> None:
    """Stored before a rule existed, say: status tells, and no pass fails."""
    await consenting.run()
    await consent(consenting)
    consenting.edit({"grantType": "Nonsense"})
    await consenting.run(60)
    assert consenting.reason("RefreshFailed") == "InvalidSpec"
    assert consenting.token == "token-1"
