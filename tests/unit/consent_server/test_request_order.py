"""The order of the checks: those without the API server come first."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from oauth_connector.api.v1alpha1.consent_request import ConsentRequest
from oauth_connector.consent_server.consent_store import ReadyCondition
from oauth_connector.consent_server.rate_limits import RateLimits
from oauth_connector.kube.token_buckets import Rate
from tests.support.http_client import HTTPClient
from tests.support.in_memory_consent_server import ENOUGH, KEYS, ConsentScenario, serve_scenario
from tests.support.in_memory_consent_store import InMemoryConsentStore

CODE = "c0de"


@pytest.mark.parametrize(
    "path",
    [
        "/connect/Sales/zoho",
        "/connect/sales/Zoho",
        "/connect/sales/zoho_1",
        f"/connect/{'s' * 64}/zoho",
        f"/connect/sales/{'z' * 254}",
        "/connect/sales/..",
        "/connect/sales/%00",
        "/connect/sales.x/zoho",
    ],
)
async def test_an_invalid_name_causes_no_api_request(visitor: HTTPClient, world: ConsentScenario, path: str) -> None:
    """The form of the names is checked first."""
    seen = await visitor.post(path, ticket=world.ticket)
    assert (seen.status, seen.failure) == (404, "NotFound")
    assert world.store.reads == 0


@pytest.mark.parametrize(
    ("address", "consent"), [(ENOUGH, Rate(burst=1, per_second=0)), (Rate(burst=1, per_second=0), ENOUGH)]
)
async def test_a_request_over_the_limit_causes_no_api_request(
    world: ConsentScenario, address: Rate, consent: Rate
) -> None:
    """Rate limits are checked before the API server is read; a forged address does not evade them."""
    async with serve_scenario(world, RateLimits(lambda: 0.0, address, consent)) as visitor:
        leaving = await visitor.begin(world.path, world.ticket)
        assert world.store.reads == 1
        disguised = {"X-Forwarded-For": "9.9.9.9", "Forwarded": "for=9.9.9.9"}
        for seen in (
            await visitor.post(world.path, disguised, ticket=world.ticket),
            await visitor.get(f"{world.callback}?code={CODE}&state={leaving.state}", disguised),
        ):
            assert (seen.status, seen.failure, seen.headers["Retry-After"]) == (429, "TooMany", "5")
    assert world.store.reads == 1


async def test_nothing_is_read_for_another_origin_a_missing_cookie_or_no_ticket(
    visitor: HTTPClient, world: ConsentScenario
) -> None:
    """Origin, then the Strict cookie, then the ticket's shape."""
    assert (await visitor.post(world.path, {"Origin": "https://evil.example"})).failure == "CrossOrigin"
    assert (await visitor.post(world.path)).failure == "CookieMissing"
    await visitor.get(world.path)
    assert (await visitor.post(world.path)).failure == "TicketMissing"
    for ticket in ("x", "x" * 42, "x" * 44, "ü" * 43, "x" * 42 + "\n"):
        assert (await visitor.post(world.path, ticket=ticket)).failure == "LinkInvalid"
    assert world.store.reads == 0


async def test_nothing_is_read_for_a_callback_without_its_cookie(visitor: HTTPClient, world: ConsentScenario) -> None:
    """A state without its cookie causes no read, whatever the state contains."""
    for state in ("", "x", "x" * 43, "%00" * 43):
        seen = await visitor.get(f"{world.callback}?code={CODE}&state={state}")
        assert seen.failure == "FlowLost"
        assert "kubectl oauth authorize zoho -n sales" in seen.text
    assert (await visitor.get(f"{world.path}/status")).failure == "NothingToShow"
    assert world.store.reads == 0


async def test_a_body_that_is_too_large_is_rejected(visitor: HTTPClient, world: ConsentScenario) -> None:
    """A ticket is 43 characters."""
    await visitor.get(world.path)
    seen = await visitor.post(world.path, ticket="x" * 10_000)
    assert (seen.status, seen.failure) == (413, "TooLarge")
    assert world.store.reads == 0


async def test_the_ticket_is_checked_first(visitor: HTTPClient, world: ConsentScenario) -> None:
    """Without the ticket, nothing is shown of an ended, used and expired consent; with it, the first of these."""
    world.store.change(world.name, ready=ReadyCondition("False", "CodeLost", "it ended"), response="r")
    world.now += timedelta(hours=1)
    assert (await visitor.prove(world.path, "x" * 43)).failure == "LinkInvalid"
    assert "it ended" in (await visitor.prove(world.path, world.ticket)).text
    world.store.change(world.name, ready=None)
    assert (await visitor.prove(world.path, world.ticket)).failure == "Used"
    world.store.change(world.name, response=None)
    assert (await visitor.prove(world.path, world.ticket)).failure == "Expired"


@pytest.mark.parametrize(("reason", "failure"), [("Expired", "Expired"), ("ConnectorChanged", "Changed")])
async def test_an_expired_or_changed_consent_has_its_own_page(
    visitor: HTTPClient, world: ConsentScenario, reason: str, failure: str
) -> None:
    """The page is the same, whether the operator or the consent server detected it first."""
    world.store.change(world.name, ready=ReadyCondition("False", reason, "its sentence"))
    seen = await visitor.prove(world.path, world.ticket)
    assert seen.failure == failure
    assert "its sentence" not in seen.text


@pytest.mark.parametrize(("seconds", "page"), [(899, "details"), (900, "failure"), (100_000, "failure")])
async def test_a_consent_is_valid_for_15_minutes(
    visitor: HTTPClient, world: ConsentScenario, seconds: int, page: str
) -> None:
    """From its creation, however late the operator filled the request."""
    request = world.consent().request
    assert request is not None
    later = request.expiration_time + timedelta(days=1)
    world.store.change(world.name, request=request.model_copy(update={"expiration_time": later}))
    world.now = world.consent().created + timedelta(seconds=seconds)
    assert (await visitor.prove(world.path, world.ticket)).page == page


@pytest.mark.parametrize(("seconds", "late"), [(5, False), (60, True)])
async def test_a_slow_operator_is_reported(
    visitor: HTTPClient, world: ConsentScenario, seconds: int, *, late: bool
) -> None:
    """The page waits, and after a while reports that the operator is slow."""
    world.store.change(world.name, request=None)
    world.now = world.consent().created + timedelta(seconds=seconds)
    seen = await visitor.prove(world.path, world.ticket)
    assert (seen.status, seen.page) == (202, "wait")
    assert ("longer than expected" in seen.text) == late


async def test_a_browser_has_at_most_five_flows(visitor: HTTPClient, world: ConsentScenario) -> None:
    """Each uses half a kilobyte of every header; a sixth flow replaces the oldest one."""
    flows = [await visitor.begin(world.path, world.ticket) for _ in range(7)]
    assert len([name for name in visitor.cookies if not name.endswith("here")]) == 5
    assert (await visitor.get(f"{world.callback}?code={CODE}&state={flows[1].state}")).failure == "FlowLost"
    assert (await visitor.get(f"{world.callback}?code={CODE}&state={flows[2].state}")).status == 303


def _write_concurrently(store: InMemoryConsentStore) -> None:
    for name in store.held:
        store.change(name, ready=ReadyCondition("Unknown", "AwaitingUser", "now"))


def _respond_concurrently(store: InMemoryConsentStore) -> None:
    for name in store.held:
        store.change(name, response="a.b.c.d.e")


def _it_goes(store: InMemoryConsentStore) -> None:
    store.held.clear()


@pytest.mark.parametrize(
    ("happens", "status", "failure"),
    [
        ([_write_concurrently], 303, ""),
        ([_write_concurrently] * 3, 303, ""),
        ([_respond_concurrently], 409, "Used"),
        ([_it_goes], 404, "LinkInvalid"),
        ([_write_concurrently] * 20, 503, "Unavailable"),
    ],
)
async def test_changes_between_read_and_write_are_detected(
    visitor: HTTPClient,
    world: ConsentScenario,
    happens: list[Callable[[InMemoryConsentStore], None]],
    status: int,
    failure: str,
) -> None:
    """After another write the consent is read again; another response, or the end of the consent, is reported."""
    leaving = await visitor.begin(world.path, world.ticket)
    world.store.before_write += happens
    seen = await visitor.get(f"{world.callback}?code={CODE}&state={leaving.state}")
    assert (seen.status, seen.failure) == (status, failure)


async def test_a_write_with_a_lost_response_counts(visitor: HTTPClient, world: ConsentScenario) -> None:
    """The API server stored it and its reply was lost: the consent server reads the consent again."""
    leaving = await visitor.begin(world.path, world.ticket)
    world.store.loses_responses = True
    seen = await visitor.get(f"{world.callback}?code={CODE}&state={leaving.state}")
    assert seen.status == 303
    done = await visitor.get(seen.headers["Location"])
    assert KEYS.unseal("u-1", world.consent().response or "").confirmation in done.text


async def test_an_invalid_encryption_key_is_an_internal_error(visitor: HTTPClient, world: ConsentScenario) -> None:
    """A page and a line in the log; nothing is written."""
    request: ConsentRequest | None = world.consent().request
    assert request is not None
    world.store.change(world.name, request=request.model_copy(update={"encryption_key": "{}"}))
    leaving = await visitor.begin(world.path, world.ticket)
    seen = await visitor.get(f"{world.callback}?code={CODE}&state={leaving.state}")
    assert (seen.status, seen.failure) == (500, "InternalError")
    assert world.consent().response is None


async def test_no_code_is_shown_if_no_confirmation_is_required(visitor: HTTPClient, world: ConsentScenario) -> None:
    """Without confirmation, the last page says so, and waits for the result."""
    request = world.consent().request
    assert request is not None
    world.store.change(world.name, request=request.model_copy(update={"confirmation_required": False}))
    leaving = await visitor.begin(world.path, world.ticket)
    seen = await visitor.get(f"{world.callback}?code={CODE}&state={leaving.state}")
    done = await visitor.get(seen.headers["Location"])
    assert "not have to do anything else" in done.text
    assert "Enter this code" not in done.text


async def test_probes_send_no_api_request(visitor: HTTPClient, world: ConsentScenario) -> None:
    """During an outage of the API server, the server's own page is shown, not that of a load balancer."""
    world.store.away = True
    assert (await visitor.get("/healthz")).status == 200
    assert (await visitor.get("/readyz")).status == 200
    assert (await visitor.prove(world.path, world.ticket)).failure == "Unavailable"


async def test_a_user_name_is_escaped(visitor: HTTPClient, world: ConsentScenario) -> None:
    """User names are whatever a cluster's identity provider gives: TH17."""
    spec = world.consent().spec.model_copy(update={"requested_by": "<script>alert(1)</script>"})
    world.store.change(world.name, spec=spec)
    seen = await visitor.prove(world.path, world.ticket)
    assert "&lt;script&gt;alert(1)" in seen.text
    assert "<script>alert" not in seen.text
