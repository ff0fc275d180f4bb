"""One pool of connections for each set of TLS options, kept while it is used and a while longer."""

import asyncio
import ssl
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from oauth_connector.net.destinations import AllowedDestination
from oauth_connector.net.resolver import Resolver
from oauth_connector.net.tls import make_ssl_context, name_tls
from oauth_connector.net.transport import GuardedTransport
from oauth_connector.oauth.request_context import TLSOptions

MOST_POOLS = 64

MakeContext = Callable[[Path | None, TLSOptions], ssl.SSLContext]


@dataclass
class _PoolEntry:
    transport: GuardedTransport
    users: int = 0


class ConnectionPools:
    """Transports by TLS options, so that no connection is shared between two client certificates.

    At most `MOST_POOLS` are kept; those in use are never closed.
    """

    def __init__(
        self, allowed: Sequence[AllowedDestination], bundle: Path | None = None, make: MakeContext = make_ssl_context
    ) -> None:
        self._resolver = Resolver()
        self._allowed = allowed
        self._bundle = bundle
        self._make = make
        self._kept: OrderedDict[str, _PoolEntry] = OrderedDict()
        self._making: dict[str, asyncio.Future[ssl.SSLContext]] = {}

    @asynccontextmanager
    async def transport(self, tls: TLSOptions) -> AsyncIterator[GuardedTransport]:
        """Lend the transport with these TLS options. Raises `BadCertificatesError` or `BadIdentityError`."""
        kept = await self._get(tls)
        kept.users += 1
        try:
            await self._evict()
            yield kept.transport
        finally:
            kept.users -= 1

    async def aclose(self) -> None:
        """Close all connections."""
        while self._kept:
            await self._kept.popitem()[1].transport.aclose()
        self._resolver.close()

    async def _get(self, tls: TLSOptions) -> _PoolEntry:
        name = name_tls(self._bundle, tls)
        if name not in self._kept:
            made = await asyncio.shield(self._made(name, tls))  # who gives up leaves it to the others
            self._kept.setdefault(name, _PoolEntry(GuardedTransport(made, self._allowed, self._resolver)))
        self._kept.move_to_end(name)
        return self._kept[name]

    def _made(self, name: str, tls: TLSOptions) -> "asyncio.Future[ssl.SSLContext]":
        """Make a context in a thread, once for all who ask for it meanwhile: it takes as long as many requests."""
        if name not in self._making:
            making = asyncio.ensure_future(asyncio.to_thread(self._make, self._bundle, tls))
            making.add_done_callback(lambda done: self._done(name, done))
            self._making[name] = making
        return self._making[name]

    def _done(self, name: str, done: "asyncio.Future[ssl.SSLContext]") -> None:
        del self._making[name]
        if not done.cancelled():
            done.exception()  # looked at, for when nobody waits any more

    async def _evict(self) -> None:
        """Close the oldest that nobody uses; who uses one is asked anew after each, for closing takes a while."""
        while len(self._kept) > MOST_POOLS:
            idle = next((name for name, kept in self._kept.items() if not kept.users), None)
            if idle is None:
                return
            await self._kept.pop(idle).transport.aclose()
