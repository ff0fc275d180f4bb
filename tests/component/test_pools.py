"""Pools of connections by trust: made once, kept within bounds, never closed in use."""

import asyncio
import ssl
import threading
from contextlib import AsyncExitStack
from pathlib import Path

from oauth_connector.net.connection_pools import MOST_POOLS, ConnectionPools
from oauth_connector.net.egress import Egress
from oauth_connector.oauth.request_context import TLSOptions


def bare_context(_bundle: Path | None, _tls: TLSOptions) -> ssl.SSLContext:
    """Make a context that trusts no authority, which takes no time."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


async def test_pools_are_kept_within_bounds() -> None:
    """One pool for each trust, and old ones go."""
    made = ConnectionPools(Egress(), make=bare_context)
    for number in range(MOST_POOLS + 10):
        async with made.lend_transport(TLSOptions(str(number))):
            pass
    assert len(made._entries) == MOST_POOLS
    await made.aclose()


async def test_a_pool_in_use_is_not_closed_however_many_there_are() -> None:
    """More trusts at once than are kept: each has its own transport to the end, and afterwards old ones go."""
    made = ConnectionPools(Egress(), make=bare_context)
    async with AsyncExitStack() as stack:
        lent = [
            await stack.enter_async_context(made.lend_transport(TLSOptions(str(number))))
            for number in range(MOST_POOLS + 10)
        ]
        assert {id(kept.transport) for kept in made._entries.values()} == {id(transport) for transport in lent}
    async with made.lend_transport(TLSOptions("another")):
        assert len(made._entries) == MOST_POOLS
    await made.aclose()


async def test_a_trust_is_made_once_for_all_who_ask_for_it() -> None:
    """A burst on a cold start reads the system's certificates once; who gives up spoils nothing for the others."""
    began, go = threading.Event(), threading.Event()
    makes: list[TLSOptions] = []

    def make(bundle: Path | None, tls: TLSOptions) -> ssl.SSLContext:
        makes.append(tls)
        began.set()
        assert go.wait(10)
        return bare_context(bundle, tls)

    made = ConnectionPools(Egress(), make=make)

    async def borrow() -> int:
        async with made.lend_transport(TLSOptions()) as transport:
            return id(transport)

    impatient = asyncio.create_task(borrow())
    others = [asyncio.create_task(borrow()) for _ in range(10)]
    await asyncio.to_thread(began.wait, 10)
    impatient.cancel()
    go.set()
    assert len(set(await asyncio.gather(*others))) == 1
    assert makes == [TLSOptions()]
    await made.aclose()
