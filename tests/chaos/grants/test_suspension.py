"""A process is suspended while a response is under way: the response is read when it resumes, however late."""

import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from oauth_connector.connector.grant.claims import CLAIM_LIFETIME
from tests.chaos.grants.conftest import StartAnother
from tests.support.cluster import until
from tests.support.faults import Delay, Pass
from tests.support.faulty_proxy import FaultyProxy
from tests.support.grant_connectors import STRICT, GrantConnector, GrantConnectorFactory
from tests.support.operator_process import OperatorProcess


@asynccontextmanager
async def suspend(operator: OperatorProcess) -> AsyncIterator[None]:
    """Stop a process for the length of the block."""
    os.kill(operator.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(operator.pid, signal.SIGCONT)


async def wait_until_the_claim_has_ended(holder: GrantConnector) -> None:
    """Wait until the deadline of the request that is in flight has passed."""
    claimed_at: int = (await holder.grant())["claim"][1]

    async def has_ended() -> bool:
        return time.time() > claimed_at + CLAIM_LIFETIME + 1

    await until(has_ended, within=CLAIM_LIFETIME + 30)


async def test_a_response_that_arrives_during_a_suspension_is_stored(
    proxied: GrantConnectorFactory, oidc_provider_proxy: FaultyProxy, start_another: StartAnother
) -> None:
    """The deadline has passed when the process resumes; a strict server would end the grant if it sent again."""
    operator = await start_another(ports=[int(oidc_provider_proxy.origin.rpartition(":")[2])])
    holder = await proxied.create_with_refresh_token("crm", STRICT)
    await holder.wait_for_conditions(Ready="TokenIssued")
    calls = len(oidc_provider_proxy.token_calls)
    oidc_provider_proxy.script(Delay(2, Pass()))
    await holder.request_refresh("now")
    await oidc_provider_proxy.token_calls_reach(calls + 1)
    async with suspend(operator):
        await wait_until_the_claim_has_ended(holder)
        assert holder.presented == [1, 2]
    await holder.wait_for_refresh("now")
    await holder.wait_for_conditions(Ready="TokenIssued")
    await holder.refresh("again")
    assert holder.presented == [1, 2, 3]
    assert await holder.has_valid_token()
    holder.assert_no_stale_use()
