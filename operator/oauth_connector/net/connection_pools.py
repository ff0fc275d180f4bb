"""One pool of connections for each set of TLS options, kept while it is used and a while longer."""

import asyncio
import ssl
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from oauth_connector.net.destinations import AllowedDestination
from oauth_connector.net.egress import Egress
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
    """Transports by TLS options, so that no connection is shared between two client certificates, nor a tunnel.

    At most `MOST_POOLS` are kept; those in use are never closed.
    """

    def __init__(self, egress: Egress, make: MakeContext = make_ssl_context, resolver: Resolver | None = None) -> None:
        self._resolver = resolver or Resolver()
        self._egress = egress
        self._make = make
        self._entries: OrderedDict[str, _PoolEntry] = OrderedDict()
        self._retired: list[_PoolEntry] = []
        self._contexts: dict[str, asyncio.Future[ssl.SSLContext]] = {}

    @asynccontextmanager
    async def lend_transport(self, tls: TLSOptions) -> AsyncIterator[GuardedTransport]:
        """Lend the transport with these TLS options. Raises `BadCertificatesError` or `BadIdentityError`."""
        entry = await self._get(tls)
        entry.users += 1
        try:
            await self._evict()
            yield entry.transport
        finally:
            entry.users -= 1

    def change_destinations(self, allowed: Sequence[AllowedDestination]) -> None:
        """Allow these destinations instead. No later request uses a connection that was made before."""
        self._egress = replace(self._egress, allowed=allowed)
        self._retired += self._entries.values()
        self._entries.clear()

    async def aclose(self) -> None:
        """Close all connections."""
        self._retired += self._entries.values()
        self._entries.clear()
        while self._retired:
            await self._retired.pop().transport.aclose()
        self._resolver.close()

    async def _get(self, tls: TLSOptions) -> _PoolEntry:
        name = name_tls(self._egress.bundle, tls)
        if name not in self._entries:
            # a cancelled caller does not cancel the others
            context = await asyncio.shield(self._share_context(name, tls))
            egress = replace(self._egress, allowed=()) if tls.is_public_only else self._egress
            self._entries.setdefault(name, _PoolEntry(GuardedTransport(context, egress, self._resolver)))
        self._entries.move_to_end(name)
        return self._entries[name]

    def _share_context(self, name: str, tls: TLSOptions) -> "asyncio.Future[ssl.SSLContext]":
        """Make a context in a thread, once for all concurrent callers: it takes as long as many requests."""
        if name not in self._contexts:
            making = asyncio.ensure_future(asyncio.to_thread(self._make, self._egress.bundle, tls))
            making.add_done_callback(lambda done: self._forget(name, done))
            self._contexts[name] = making
        return self._contexts[name]

    def _forget(self, name: str, done: "asyncio.Future[ssl.SSLContext]") -> None:
        del self._contexts[name]
        if not done.cancelled():
            done.exception()  # retrieved, because no caller may be left

    async def _evict(self) -> None:
        """Close retired and the oldest unused pools. Usage is checked again after each: closing takes a while."""
        while (unused := next((entry for entry in self._retired if not entry.users), None)) is not None:
            self._retired.remove(unused)
            await unused.transport.aclose()
        while len(self._entries) > MOST_POOLS:
            idle = next((name for name, entry in self._entries.items() if not entry.users), None)
            if idle is None:
                return
            await self._entries.pop(idle).transport.aclose()
