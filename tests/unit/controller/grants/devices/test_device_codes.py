"""Consents without a redirect (RFC 8628): the codes, the polls, and how they end."""

from dataclasses import replace

import pytest

from oauth_connector.api.v1alpha1.device_request import DeviceRequest
from oauth_connector.connector.observation import Key
from oauth_connector.controller.grant_store import FaultPoint
from oauth_connector.oauth.signals import Signal, Symptom
from oauth_connector.oauth.token import HTTPResponse
from tests.support.builders import a_connector
from tests.support.consenting import a_consent
from tests.support.device_provider import PENDING, SPEC, DeviceProvider
from tests.support.fake_provider import answer
from tests.support.world import KEY, World

CONSENT = Key("shop", "crm-1")
LOST = Signal(Symptom.CONNECTION_LOST, sent=True)


async def begin(world: World, name: str = "crm-1") -> DeviceRequest:
    """Create a consent, and return what the user is shown."""
    world.cluster.add_consent(a_consent(int(world.now), name, redirect="Device"))
    await world.run()
    request = world.cluster.consents[Key("shop", name)].status.request
    assert request is not None
    assert request.device is not None
    return request.device


async def test_the_user_is_shown_a_code(world: World, provider: DeviceProvider) -> None:
    """The client is authenticated and asks for its scopes; the device code is in no status and no Secret."""
    device = await begin(world)
    assert (device.user_code, device.verification_uri) == ("WDJB-MJH1", "https://login.example.com/activate")
    assert device.link == "https://login.example.com/activate?user_code=WDJB-MJH1"
    [form] = provider.authorizations
    assert (form["scope"], form["client_id"]) == (["read offline_access"], ["robot"])
    assert "device-1" not in device.model_dump_json()
    assert world.consent_reason("crm-1") == "AwaitingUser"
    assert provider.polls == []


async def test_a_decision_is_found_by_polling(world: World, provider: DeviceProvider) -> None:
    """A pending answer is no failure: status counts no attempt. Then there is a token, and it is refreshed."""
    await begin(world)
    await world.run(60)
    assert len(provider.polls) == 12
    status = world.cluster.connectors[KEY].status
    assert (status.failed_attempts, status.last_error, world.reason()) == (0, None, "ConsentRequired")
    provider.decision = None
    await world.run(6)
    assert (world.token, world.reason(), world.consent_reason("crm-1")) == ("token-1", "TokenIssued", "Authorized")
    assert status.redirect_uri is None
    await world.run(2 * 3600)
    assert provider.presented[:1] == ["refresh-1"]


async def test_slow_down_lengthens_the_interval_for_good(world: World, provider: DeviceProvider) -> None:
    """Each such answer adds five seconds for all later polls (RFC 8628 §3.5)."""
    await begin(world)
    provider.decision = answer(400, error="slow_down")
    await world.run(5)
    provider.decision = PENDING
    await world.run(29)
    assert len(provider.polls) == 3
    provider.decision = answer(429, error="slow_down")
    await world.run(10)
    provider.decision = PENDING
    await world.run(44)
    assert len(provider.polls) == 7


@pytest.mark.parametrize(
    ("decision", "reason", "ready"),
    [
        (answer(400, error="access_denied"), "AccessDenied", "ConsentRequired"),
        (answer(403, error="access_denied"), "AccessDenied", "ConsentRequired"),  # Google: limited-input-device
        # Microsoft Entra: v2-oauth2-device-code
        (answer(400, error="authorization_declined"), "AccessDenied", "ConsentRequired"),
        (answer(400, error="expired_token"), "Expired", "ConsentRequired"),
        (answer(400, error="invalid_grant"), "CodeRejected", "ConsentRequired"),
        (answer(400, error="bad_verification_code"), "CodeRejected", "ConsentRequired"),  # Entra
        (answer(200, error="incorrect_device_code"), "CodeRejected", "ConsentRequired"),  # GitHub answers with 200
        (answer(401, error="invalid_client"), "CodeRejected", "CredentialsRejected"),
    ],
)
async def test_an_end_is_reported_at_once(
    world: World, provider: DeviceProvider, decision: HTTPResponse, reason: str, ready: str
) -> None:
    """The code is not presented again, and another consent works."""
    await begin(world)
    provider.decision = decision
    await world.run(120)
    assert (world.consent_reason("crm-1"), len(provider.polls)) == (reason, 1)
    assert world.reason() == ready
    provider.decision = None
    await begin(world, "crm-2")
    await world.run(10)
    assert (world.token, world.consent_reason("crm-2")) == ("token-1", "Authorized")


@pytest.mark.parametrize(
    "trouble",
    [
        LOST,
        Signal(Symptom.CONNECTION_REFUSED),
        answer(503),
        answer(500, error="server_error"),
        HTTPResponse(502, {"content-type": "text/html"}, b"<html>"),
    ],
)
async def test_a_poll_that_fails_is_repeated(
    world: World, provider: DeviceProvider, trouble: HTTPResponse | Signal
) -> None:
    """The next poll says what the server knows (RFC 8628 §3.5)."""
    await begin(world)
    provider.decision = trouble
    await world.run(5)
    provider.decision = None
    await world.run(60)
    assert (world.token, world.consent_reason("crm-1")) == ("token-1", "Authorized")


async def test_codes_expire(world: World, provider: DeviceProvider) -> None:
    """The provider's time counts where it is shorter than that of the consent."""
    provider.offer = {"expires_in": 120}
    await begin(world)
    await world.run(200)
    assert world.consent_reason("crm-1") == "Expired"
    assert len(provider.polls) <= 24


@pytest.mark.parametrize("point", [FaultPoint.CHOSEN, FaultPoint.CLAIMED, FaultPoint.ANSWERED])
async def test_a_killed_process_polls_on_after_its_restart(
    world: World, provider: DeviceProvider, point: FaultPoint
) -> None:
    """The sealed code in status is enough, and a claim of the stopped process is no obstacle for long."""
    await begin(world)
    await world.kill_at(point)
    world.start()
    await world.run(20)
    provider.decision = None
    await world.run(100)
    assert (world.token, world.consent_reason("crm-1")) == ("token-1", "Authorized")


async def test_another_client_cannot_plant_codes(world: World, provider: DeviceProvider) -> None:
    """A user must not approve codes that someone else obtained: they are sealed together with what is shown."""
    device = await begin(world)
    held = world.cluster.consents[CONSENT]
    request = held.status.request
    assert request is not None
    planted = request.model_copy(update={"device": device.model_copy(update={"user_code": "EVIL-CODE"})})
    world.cluster.add_consent(replace(held, status=held.status.model_copy(update={"request": planted})))
    await world.run(30)
    assert world.consent_reason("crm-1") == "ResponseInvalid"
    assert provider.polls == []


@pytest.mark.parametrize(
    ("refusal", "cause"),
    [
        (answer(401, error="invalid_client"), "client"),
        (answer(400, error="unauthorized_client"), "grant"),
        (answer(400, error="device_flow_disabled"), ""),  # GitHub
    ],
)
async def test_a_refused_request_for_codes_ends_the_consent(
    world: World, provider: DeviceProvider, refusal: HTTPResponse, cause: str
) -> None:
    """The user sees why, and need not wait."""
    provider.device_answer = refusal
    world.cluster.add_consent(a_consent(int(world.now), redirect="Device"))
    await world.run(30)
    ended = world.cluster.consents[CONSENT]
    assert ended.reason == "ConnectorInvalid"
    assert cause in ended.status.conditions[0].message
    assert len(provider.authorizations) == 1


async def test_a_provider_in_trouble_gets_the_request_again(world: World, provider: DeviceProvider) -> None:
    """The codes are requested again, with pauses, while the consent is valid."""
    provider.device_answer = answer(503)
    world.cluster.add_consent(a_consent(int(world.now), redirect="Device"))
    await world.run(65)
    assert len(provider.authorizations) == 3
    provider.device_answer = None
    await world.run(30)
    assert world.consent_reason("crm-1") == "AwaitingUser"


async def test_polls_delay_no_refresh(world: World, provider: DeviceProvider) -> None:
    """While a second consent waits, the token of the first consent is refreshed in time."""
    provider.lifetime = 300
    await begin(world)
    provider.decision = None
    await world.run(10)
    provider.decision = PENDING
    await begin(world, "crm-2")
    await world.run(280)
    assert world.token != "token-1"
    assert len(provider.polls) > 30


@pytest.mark.parametrize("previous", [b"old", b"older"])
async def test_codes_are_requested_with_the_previous_secret(provider: DeviceProvider, previous: bytes) -> None:
    """While a secret is replaced, the server may know the previous one only; the user need not wait for the rest."""
    world = World(provider)
    client = {"id": "robot", "secretRef": {"name": "robot"}, "previousSecretRef": {"name": "robot", "key": "previous"}}
    world.cluster.add(a_connector({**SPEC, "client": {**client, "authentication": "Post"}}))
    world.cluster.add_credential("shop", "robot", client_secret=b"new", previous=previous)
    provider.known_secret = "old"
    world.cluster.add_consent(a_consent(int(world.now), redirect="Device"))
    await world.run(3)
    assert len(provider.authorizations) == 2
    assert world.consent_reason("crm-1") == ("AwaitingUser" if previous == b"old" else "ConnectorInvalid")
