"""Faults of a token endpoint and grants: a grant is lost only if a response was lost at a strict server."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace

import pytest

from oauth_connector.connector.grant.claims import CLAIM_LIFETIME
from tests.chaos.grants.conftest import StartAnother
from tests.support import faults
from tests.support.cluster import until
from tests.support.faults import Fault, Pass, Replace, ResetAfter, ResetBefore, Respond, Truncate
from tests.support.faulty_proxy import FaultyProxy, faulty_proxy
from tests.support.grant_connectors import GRACE, STRICT, GrantConnector, GrantConnectorFactory

AFTERWARDS: dict[str, Fault] = {
    "a broken connection": ResetAfter(),
    "an answer cut off": Truncate(20),
    "half of an object": Replace(b'{"access_token": "abc'),
    "a login page": Replace(b"<!doctype html>", {"content-type": "text/html"}),
}
"""What befalls the answer: the server has rotated, and the successor is lost."""

INSTEAD: dict[str, Fault] = {
    "a broken connection": ResetBefore(),
    "503": faults.unavailable(),
    "500 with an error": faults.oauth_error("server_error", 500),
    "502 with a page": faults.html(502),
    "200 with nothing": Respond(200),
}
"""What befalls the request: the server has never seen it."""

AN_HOUR = 40
"""Tries in vain: as many as an hour has, were a person impatient enough."""

NewProxy = Callable[[], Awaitable[FaultyProxy]]


@pytest.fixture
async def new_proxy(holders: GrantConnectorFactory) -> AsyncIterator[NewProxy]:
    """Return a function that starts another proxy before the server."""
    async with AsyncExitStack() as stack:
        yield lambda: stack.enter_async_context(faulty_proxy(holders.server.token_url))


@dataclass(frozen=True, slots=True)
class FaultyConnector:
    """A connector, and the proxy that injects its fault."""

    holder: GrantConnector
    proxy: FaultyProxy
    fault: Fault
    spent: bool
    strict: bool

    def __str__(self) -> str:
        return f"{self.fault}, {'spent' if self.spent else 'unspent'}, {'strict' if self.strict else 'graceful'}"

    async def inject(self) -> None:
        """Inject the fault into the next refresh, once, and return the results of server and status."""
        self.proxy.script(self.fault)
        await self.holder.request_refresh("now")

        async def is_done() -> bool:
            return self.holder.presented == ([1, 2, 2] if self.spent else [1, 2])

        try:
            await until(is_done, within=45)
        except TimeoutError:
            raise AssertionError(f"{self}: {self.holder.presented}, {await self.holder.conditions()}") from None
        refused = {"ConsentRequired": "RefreshTokenRejected", "RefreshFailed": "RefreshTokenRejected"}
        await self.holder.wait_for_conditions(Ready="TokenIssued", **(refused if self.spent and self.strict else {}))
        self.holder.assert_no_stale_use()


async def test_a_grant_is_lost_only_with_a_lost_response_of_a_strict_server(
    holders: GrantConnectorFactory, new_proxy: NewProxy, start_another: StartAnother
) -> None:
    """Each fault, at a strict server and with a grace period: the same token is sent again, never two at once."""
    cases = [(fault, True) for fault in AFTERWARDS.values()] + [(fault, False) for fault in INSTEAD.values()]
    proxies = [await new_proxy() for _ in range(2 * len(cases))]
    await start_another(ports=[int(proxy.origin.rpartition(":")[2]) for proxy in proxies])

    async def one(number: int, proxy: FaultyProxy) -> FaultyConnector:
        (fault, spent), strict = cases[number // 2], number % 2 == 0
        own = replace(holders, through=proxy.through)
        holder = await own.create_with_refresh_token(f"c{number}", STRICT if strict else GRACE)
        await holder.wait_for_conditions(Ready="TokenIssued")
        return FaultyConnector(holder, proxy, fault, spent, strict)

    struck = await asyncio.gather(*(one(number, proxy) for number, proxy in enumerate(proxies)))
    await asyncio.gather(*(each.inject() for each in struck))


async def test_a_code_with_a_lost_response_is_never_sent_again(
    holders: GrantConnectorFactory, new_proxy: NewProxy, start_another: StartAnother
) -> None:
    """Its state is unknown: the requester is informed, and another consent works."""
    cases = [*AFTERWARDS.values(), ResetBefore(), faults.unavailable()]
    proxies = [await new_proxy() for _ in cases]
    await start_another(ports=[int(proxy.origin.rpartition(":")[2]) for proxy in proxies])

    async def one(number: int, fault: Fault, proxy: FaultyProxy) -> None:
        holder = await replace(holders, through=proxy.through).create_awaiting_consent(f"c{number}")
        consent = await holder.submit_code()
        proxy.script(fault)
        await consent.confirm()
        await consent.wait_for_reason("CodeLost")
        assert holder.codes == (["granted"] if fault in AFTERWARDS.values() else [])
        await holder.authorize()
        await holder.wait_for_conditions(Ready="TokenIssued")
        holder.assert_no_stale_use()

    await asyncio.gather(*(one(number, *case) for number, case in enumerate(zip(cases, proxies, strict=True))))


async def test_a_timed_out_refresh_is_retried_after_the_first_request_ends(
    holders: GrantConnectorFactory, start_another: StartAnother
) -> None:
    """A silent server has rotated nevertheless; within the grace period it issues another successor."""
    await start_another()
    holder = await holders.create_with_refresh_token("crm", GRACE)
    await holder.wait_for_conditions(Ready="TokenIssued")
    holders.server.delay(holder.client, 600)
    await holder.request_refresh("now")

    async def is_retried() -> bool:
        return holder.presented == [1, 2, 2]

    await until(is_retried, within=CLAIM_LIFETIME + 45)
    holders.server.delay(holder.client, 0)
    await holder.wait_for_conditions(Ready="TokenIssued")
    holder.assert_no_stale_use()


async def test_a_slow_response_of_a_strict_server_is_awaited(
    holders: GrantConnectorFactory, start_another: StartAnother
) -> None:
    """It comes long after the usual limit of a request: to send the same token again would end the grant."""
    await start_another(tokenRequestSeconds=3)
    holder = await holders.create_with_refresh_token("crm", STRICT)
    await holder.wait_for_conditions(Ready="TokenIssued")
    holders.server.delay(holder.client, 20)
    await holder.request_refresh("now")
    await holder.wait_for_refresh("now")
    await holder.wait_for_conditions(Ready="TokenIssued")
    holders.server.delay(holder.client, 0)
    await holder.refresh("again")
    assert holder.presented == [1, 2, 3]
    assert await holder.has_valid_token()


async def test_an_outage_of_the_provider_for_an_hour_loses_no_grant(
    holders: GrantConnectorFactory, new_proxy: NewProxy, start_another: StartAnother
) -> None:
    """The refresh token stays valid through all failed attempts, even at a strict server."""
    proxy = await new_proxy()
    await start_another(ports=[int(proxy.origin.rpartition(":")[2])])
    holder = await replace(holders, through=proxy.through).create_with_refresh_token("crm", STRICT)
    await holder.wait_for_conditions(Ready="TokenIssued")
    ways: list[Fault] = [ResetBefore(), faults.unavailable(), faults.html(502), faults.oauth_error("server_error", 500)]
    for number in range(AN_HOUR):
        proxy.always(ways[number % len(ways)])
        calls = len(proxy.token_calls)
        await holder.request_refresh(f"try {number}")
        await proxy.token_calls_reach(calls + 1)
        await holder.wait_for_refresh(f"try {number}")
    assert "ConsentRequired" not in await holder.conditions()
    proxy.always(Pass())
    await holder.refresh("at last")
    assert holder.presented == [1, 2]
    assert await holder.has_valid_token()
