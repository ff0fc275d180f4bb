"""How often clients may send requests, and that none of them hinders a user."""

from ipaddress import ip_network

import pytest

from oauth_connector.consent_server.client_address import ClientAddress
from oauth_connector.consent_server.rate_limits import RateLimits
from oauth_connector.kube.token_buckets import Rate
from tests.support.http_client import HTTPClient
from tests.support.in_memory_consent_server import ENOUGH, ConsentScenario, serve_scenario
from tests.support.manual_clock import ManualClock

FEW = Rate(burst=5, per_second=0)


def test_a_client_over_its_limit_does_not_use_the_limit_of_the_ticket() -> None:
    """One address cannot use up what all may ask with one ticket."""
    limits = RateLimits(ManualClock(), Rate(burst=1, per_second=0), Rate(burst=2, per_second=0))
    assert limits.may_proceed("1.1.1.1", "a ticket")
    assert not limits.may_proceed("1.1.1.1", "a ticket")
    assert limits.may_proceed("2.2.2.2", "a ticket")
    assert not limits.may_proceed("3.3.3.3", "a ticket")
    assert limits.may_proceed("4.4.4.4", "another ticket")


@pytest.mark.parametrize("kind", ["no cookie", "wrong origin", "no ticket", "no flow", "no result", "a frame"])
async def test_refusals_without_an_api_request_crowd_out_no_user(world: ConsentScenario, kind: str) -> None:
    """They are counted apart: a user behind the same load balancer is served, and the refusals are limited."""
    async with serve_scenario(world, RateLimits(lambda: 0.0, FEW, ENOUGH, Rate(burst=20, per_second=0))) as visitor:
        await visitor.get(world.path)
        for _ in range(50):
            await refuse(visitor, world, kind)
        assert (await refuse(visitor, world, kind)) == "TooMany"
        assert world.store.reads == 0
        assert (await visitor.prove(world.path, world.ticket)).page == "details"


async def refuse(visitor: HTTPClient, world: ConsentScenario, kind: str) -> str:
    """Send a request that is refused, and return its failure."""
    match kind:
        case "no cookie":
            seen = await visitor.post(world.path, {"Cookie": "a=b"}, ticket=world.ticket)
        case "wrong origin":
            seen = await visitor.post(world.path, {"Origin": "https://evil.example"}, ticket=world.ticket)
        case "no ticket":
            seen = await visitor.post(world.path, ticket="x")
        case "no flow":
            seen = await visitor.get(f"{world.callback}?code=c&state={'x' * 43}")
        case "no result":
            seen = await visitor.get(f"{world.path}/status")
        case _:
            seen = await visitor.get(f"{world.callback}?code=c", {"Sec-Fetch-Dest": "iframe"})
    return seen.failure


async def test_wrong_tickets_do_not_lock_the_requester_out(world: ConsentScenario) -> None:
    """Each ticket has a limit of its own; another client that knows the name of a consent has another one."""
    async with serve_scenario(world, RateLimits(lambda: 0.0, ENOUGH, FEW)) as visitor:
        await visitor.get(world.path)
        for number in range(60):
            assert (await visitor.post(world.path, ticket=f"{number:043}")).failure == "LinkInvalid"
        assert (await visitor.prove(world.path, world.ticket)).page == "details"
        failures = [(await visitor.post(world.path, ticket=world.ticket)).failure for _ in range(6)]
        assert failures[-1] == "TooMany"


@pytest.mark.parametrize(
    ("header", "served"), [("X-Forwarded-For", True), ("X-Real-IP", False), ("", False)], ids=["set", "other", "unset"]
)
async def test_clients_behind_a_trusted_proxy_have_limits_of_their_own(
    world: ConsentScenario, header: str, *, served: bool
) -> None:
    """With the setting, one client over its limit leaves the limits of the others."""
    addresses = ClientAddress(header, (ip_network("127.0.0.0/8"),))
    async with serve_scenario(world, RateLimits(lambda: 0.0, FEW, ENOUGH), addresses) as visitor:
        await visitor.get(world.path)
        for _ in range(10):
            await visitor.post(world.path, {"X-Forwarded-For": "192.0.2.1"}, ticket="x" * 43)
        seen = await visitor.post(world.path, {"X-Forwarded-For": "192.0.2.2"}, ticket=world.ticket)
        assert seen.page == ("details" if served else "failure")
