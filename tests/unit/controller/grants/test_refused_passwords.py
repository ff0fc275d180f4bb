"""What a user typed is never sent again after a refusal, whatever its words: servers lock accounts."""

from typing import Any

import pytest

from oauth_connector.oauth.token import HTTPResponse
from tests.support.builders import a_connector, a_password_spec
from tests.support.fake_provider import answer
from tests.support.refusals import REFUSED_PASSWORDS
from tests.support.rotating_provider import RotatingProvider
from tests.support.world import KEY, World

DAY = 86_400


def with_password(**changes: Any) -> World:
    """Return a password connector at a server that returns refresh tokens too."""
    world = World(RotatingProvider())
    world.cluster.add(a_connector(a_password_spec(**changes)))
    world.cluster.add_credential("shop", "robot", client_secret=b"s3cret")
    world.cluster.add_credential("shop", "ann", password=b"wrong")
    return world


@pytest.mark.parametrize("words", REFUSED_PASSWORDS)
async def test_a_refused_password_is_sent_once_whatever_the_words(words: str) -> None:
    """Hours, a restart, more hours and a rewritten Secret cause no second request; a corrected one does, once."""
    world = with_password()
    world.rotating.fault = REFUSED_PASSWORDS[words]
    await world.run(DAY / 4)
    world.start()
    await world.run(DAY / 4)
    world.cluster.add_credential("shop", "ann", password=b"wrong")
    await world.run(120)
    assert len(world.rotating.requests) == 1
    assert world.reason("Stalled") == world.reason() is not None
    world.rotating.fault = None
    world.cluster.add_credential("shop", "ann", password=b"right")
    await world.run(65)
    assert (world.reason(), len(world.rotating.requests)) == ("TokenIssued", 2)


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
async def test_a_password_that_was_not_judged_is_sent_again_soon(status: int) -> None:
    """A time-out, a rate limit and a fault of the server are no refusal."""
    world = with_password()
    world.rotating.fault = HTTPResponse(status, {}, b"")
    await world.run(1)
    world.rotating.fault = None
    await world.run(12)
    assert world.reason() == "TokenIssued"


@pytest.mark.parametrize("word", ["invalid_grant", "access_denied", "invalid_client"])
async def test_a_fault_that_names_the_password_is_repeated_slowly(word: str) -> None:
    """A 5xx is no refusal, and a server may mean one: the pauses grow to an hour."""
    world = with_password()
    world.rotating.fault = answer(500, error=word)
    await world.run(DAY)
    assert 20 < len(world.rotating.requests) < 40


PAGE = HTTPResponse(200, {"content-type": "text/html"}, b"<html><form>Log in</form></html>")
REPEATED: dict[str, tuple[HTTPResponse, range, float]] = {
    "a page": (PAGE, range(25, 32), 3600.0),
    "a redirect to a page": (HTTPResponse(302, {"location": "https://login.example.com/"}, b""), range(20, 27), 3600.0),
    # ging/fiware-idm issue 43: an earlier release of Keyrock answered a wrong password so
    "a 500 that names the password": (answer(500, name="invalid_grant", code=400), range(25, 32), 3600.0),
    "a 500 that says nothing": (HTTPResponse(500, {}, b""), range(250, 300), 300.0),
    "a 503": (HTTPResponse(503, {}, b""), range(250, 300), 300.0),
}


@pytest.mark.parametrize("words", REPEATED)
async def test_what_may_not_be_from_the_server_is_repeated_at_a_known_rate(words: str) -> None:
    """In a day a login page gets the password about thirty times and a failing server 280 times, as the page says."""
    world = with_password()
    world.rotating.fault, numbers, pause = REPEATED[words]
    await world.run(DAY / 2)
    half = len(world.rotating.requests)
    await world.run(DAY / 2)
    assert len(world.rotating.requests) in numbers
    assert (DAY / 2) / (len(world.rotating.requests) - half) >= pause


async def test_a_password_at_a_missing_endpoint_is_sent_again_on_request() -> None:
    """The password was not judged, so a user may have it sent again; without a request it is not."""
    world = with_password()
    world.rotating.fault = HTTPResponse(404, {"content-type": "text/html"}, b"<html>")
    await world.run(DAY)
    assert (world.reason(), len(world.rotating.requests)) == ("EndpointNotFound", 1)
    assert "The request is not repeated before" in str(world.cluster.connectors[KEY].status.conditions)
    world.rotating.fault = None
    world.request_refresh("now")
    await world.run(30)
    assert world.reason() == "TokenIssued"


async def test_a_revoked_grant_does_not_forget_a_refused_password() -> None:
    """The state Secret keeps the refusal, as it keeps the last code."""
    world = with_password()
    world.rotating.fault = answer(400, error="invalid_grant")
    await world.run(60)
    world.request_revocation("now")
    await world.run(120)
    assert len(world.rotating.requests) == 1


async def test_the_state_secret_does_not_contain_a_refused_password() -> None:
    """It holds a salted, slow hash of the whole request."""
    world = with_password()
    world.rotating.fault = answer(400, error="invalid_grant")
    await world.run(60)
    other = with_password()
    other.rotating.fault = answer(400, error="invalid_grant")
    await other.run(60)
    assert "wrong" not in str(world.state)
    assert world.state["grant.json"].split('"refusal":')[1] != other.state["grant.json"].split('"refusal":')[1]
