"""The page for a consent without a redirect (RFC 8628): the code, the link and a QR code."""

from datetime import timedelta

from oauth_connector.api.v1alpha1.device_request import DeviceRequest
from oauth_connector.consent_server.consent_store import ReadyCondition
from tests.support.http_client import HTTPClient
from tests.support.in_memory_consent_server import CREATED, ConsentScenario, request_for

DEVICE = DeviceRequest(
    user_code="WDJB-MJHT",
    verification_uri="https://login.example.com/activate",
    complete_uri="https://login.example.com/activate?user_code=WDJB-MJHT&x=<y>",
    interval=5,
    expiration_time=CREATED + timedelta(minutes=10),
    sealed_code="a.b.c.d.e",
)


def ask_by_device(world: ConsentScenario) -> None:
    """Fill the request of the consent as the operator does for a device."""
    request = request_for("u-1").model_copy(
        update={"device": DEVICE, "redirect_uri": "", "confirmation_required": False}
    )
    world.store.change(world.name, request=request)


async def test_the_request_is_reviewed_before_the_code_is_shown(visitor: HTTPClient, world: ConsentScenario) -> None:
    """The first page names requester, connector and scopes, and says nothing of a redirect URI."""
    ask_by_device(world)
    page = await visitor.prove(world.path, world.ticket)
    assert (page.status, "Authorize zoho?" in page.text) == (200, True)
    assert "WDJB-MJHT" not in page.text
    assert "edirect URI" not in page.text


async def test_the_code_is_shown_to_the_holder_of_the_ticket(visitor: HTTPClient, world: ConsentScenario) -> None:
    """Code, link and image are there, escaped; the device code is not. The script of the page repeats its request."""
    ask_by_device(world)
    page = await visitor.begin(world.path, world.ticket)
    assert (page.status, page.headers["Retry-After"]) == (202, "2")
    assert "<code>WDJB-MJHT</code>" in page.text
    assert "https://login.example.com/activate?user_code=WDJB-MJHT&amp;x=&lt;y&gt;" in page.text
    assert "<svg" in page.text
    assert "a.b.c.d.e" not in page.text
    assert "Refresh" not in page.headers
    assert page.set_cookies == []


async def test_another_ticket_shows_no_code(visitor: HTTPClient, world: ConsentScenario) -> None:
    """A user who enters the code gives the connector access to an account, so it is for the requester alone."""
    ask_by_device(world)
    page = await visitor.begin(world.path, "x" * 43)
    assert page.status >= 400
    assert "WDJB-MJHT" not in page.text


async def test_the_page_ends_with_the_result(visitor: HTTPClient, world: ConsentScenario) -> None:
    """When the operator has the token, the same request shows that it is authorized."""
    ask_by_device(world)
    await visitor.begin(world.path, world.ticket)
    world.store.change(world.name, ready=ReadyCondition("True", "Authorized", "Its token is in Secret `zoho-token`."))
    page = await visitor.post(world.path, ticket=world.ticket, go=True)
    assert page.status == 200
    assert "<h1>Authorized</h1>" in page.text
