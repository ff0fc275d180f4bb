"""One HTTP client for each trust, kept while it is used and a while longer."""

import asyncio
import ssl
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

from oauth_connector.net.destinations import AllowedDestination
from oauth_connector.net.resolver import Resolver
from oauth_connector.net.tls import context, trust_name
from oauth_connector.net.transport import GuardedTransport

MOST_CLIENTS = 64
USER_AGENT = "oauth-connector-operator"

MakeContext = Callable[[Path | None, str | None], ssl.SSLContext]


@dataclass
class _Kept:
    client: httpx2.AsyncClient
    users: int = 0


class Clients:
    """HTTP clients by trust, no more than a few dozen at once; those in use are never closed."""

    def __init__(
        self, allowed: Sequence[AllowedDestination], bundle: Path | None = None, make: MakeContext = context
    ) -> None:
        self._resolver = Resolver()
        self._allowed = allowed
        self._bundle = bundle
        self._make = make
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    @asynccontextmanager
    async def client(self, extra: str | None) -> AsyncIterator[httpx2.AsyncClient]:
        """Lend the client that trusts these certificates (PEM) too. Raises `BadCertificatesError`."""
        kept = await self._get(extra)
        kept.users += 1
        try:
            yield kept.client
        finally:
            kept.users -= 1

    async def aclose(self) -> None:
        """Close all clients."""
        while self._kept:
            await self._kept.popitem()[1].client.aclose()
        self._resolver.close()

    async def _get(self, extra: str | None) -> _Kept:
        name = trust_name(self._bundle, extra)
        if name not in self._kept:
            made = await asyncio.to_thread(self._make, self._bundle, extra)
            self._kept.setdefault(name, _Kept(self._client(made)))
            await self._evict()
        self._kept.move_to_end(name)
        return self._kept[name]

    def _client(self, trust: ssl.SSLContext) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(
            transport=GuardedTransport(trust, self._allowed, self._resolver),
            headers={"User-Agent": USER_AGENT, "Accept-Encoding": "identity"},
            follow_redirects=False,
            trust_env=False,
        )

    async def _evict(self) -> None:
        idle = [name for name, kept in self._kept.items() if not kept.users]
        for name in idle[: max(0, len(self._kept) - MOST_CLIENTS)]:
            await self._kept.pop(name).client.aclose()
