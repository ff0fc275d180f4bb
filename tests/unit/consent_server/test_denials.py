"""Error responses of the provider: a denial ends the consent, and after any other the user can start again."""

import pytest

from tests.support.http_client import HTTPClient, PageResponse
from tests.support.in_memory_consent_server import KEYS, ConsentScenario


async def come_back(visitor: HTTPClient, world: ConsentScenario, error: str) -> PageResponse:
    """Go to the provider, and come back with an error."""
    leaving = await visitor.begin(world.path, world.ticket)
    return await visitor.get(f"{world.callback}?error={error}&state={leaving.state}")


async def test_a_denial_is_stored_for_the_operator(visitor: HTTPClient, world: ConsentScenario) -> None:
    """Then the command ends at once. The page names the command, because this link is used."""
    seen = await come_back(visitor, world, "access_denied")
    assert (seen.status, seen.failure) == (400, "Denied")
    assert "Run the command again if you want to grant access" in seen.text
    stored = KEYS.unseal("u-1", world.consent().response or "")
    assert (stored.error, stored.code.get_secret_value()) == ("access_denied", "")
    assert stored.ticket.get_secret_value() == world.ticket
    assert not any(name for name in visitor.cookies if not name.endswith("here"))
    assert (await visitor.prove(world.path, world.ticket)).failure == "Used"


@pytest.mark.parametrize("error", ["invalid_scope", "server_error", "temporarily_unavailable", "Access_Denied", "x"])
async def test_another_error_is_not_stored(visitor: HTTPClient, world: ConsentScenario, error: str) -> None:
    """The user can start again with the same link."""
    seen = await come_back(visitor, world, error)
    assert (seen.status, seen.failure) == (400, "Denied")
    assert world.consent().response is None
    assert (await visitor.prove(world.path, world.ticket)).page == "details"


async def test_a_denial_that_cannot_be_stored_can_be_sent_again(visitor: HTTPClient, world: ConsentScenario) -> None:
    """While the API server is unavailable, the page has a button, and the cookie of the flow stays."""
    leaving = await visitor.begin(world.path, world.ticket)
    address = f"{world.callback}?error=access_denied&state={leaving.state}"
    world.store.away = True
    assert (await visitor.get(address)).failure == "Unavailable"
    world.store.away = False
    assert (await visitor.get(address)).failure == "Denied"
    assert world.consent().response is not None
