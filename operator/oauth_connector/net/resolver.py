"""Resolves names to addresses, so that a name without a response delays no other name.

The system's resolver blocks for half a minute when name servers do not respond, and the event loop provides few threads
for it: a few connectors with such a name would stop every token request. Therefore the resolver has its own threads,
one look-up at a time for each name, which all callers share, and a limit for the names of one domain.
"""

import asyncio
import contextlib
import socket
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address
from typing import Any

from oauth_connector.net.special_addresses import Address
from oauth_connector.oauth.signals import Symptom

THREADS = 64
THREADS_PER_DOMAIN = 16
"""Threads that may wait for the names of one domain (its last two labels), so that others keep some."""

TIMEOUT = 5.0
"""Seconds that a caller waits for a look-up; its thread may take longer."""

_NO_SUCH_NAME = frozenset({socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)})

Lookup = Callable[[str], Sequence[tuple[Any, ...]]]
"""Blocks, and returns what `getaddrinfo` returns; raises `OSError` and `UnicodeError` as that does."""


class UnresolvedError(Exception):
    """A name has no address, or the name servers did not respond."""

    def __init__(self, symptom: Symptom) -> None:
        super().__init__(symptom.value)
        self.symptom = symptom


def look_up(host: str) -> Sequence[tuple[Any, ...]]:
    """Look a host up with the system's resolver."""
    return socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)


class Resolver:
    """Resolves names in threads of its own; no result is cached."""

    def __init__(self, look_up: Lookup = look_up, threads: int = THREADS) -> None:
        self._look_up = look_up
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="resolver")
        self._busy: Counter[str] = Counter()
        self._pending: dict[str, asyncio.Future[tuple[Address, ...]]] = {}

    async def resolve(self, host: str) -> tuple[Address, ...]:
        """Return the addresses of a host, in the system's order; a literal is its own. Raises `UnresolvedError`."""
        with contextlib.suppress(ValueError):
            return (ip_address(host),)
        if host not in self._pending:
            pending = self._pending[host] = asyncio.ensure_future(self._look_up_once(host))
            pending.add_done_callback(lambda done: self._forget(host, done))
        try:
            async with asyncio.timeout(TIMEOUT):
                return await asyncio.shield(self._pending[host])  # a cancelled caller does not cancel the others
        except TimeoutError:
            raise UnresolvedError(Symptom.RESOLUTION_FAILED) from None

    def close(self) -> None:
        """Accept no further names; a blocked look-up is not awaited."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _look_up_once(self, host: str) -> tuple[Address, ...]:
        domain = ".".join(host.rstrip(".").lower().rsplit(".", 2)[-2:])
        if self._busy[domain] >= THREADS_PER_DOMAIN:
            raise UnresolvedError(Symptom.RESOLUTION_FAILED)
        self._busy[domain] += 1
        try:
            found = await asyncio.get_running_loop().run_in_executor(self._threads, self._look_up, host)
        except socket.gaierror as error:
            missing = error.errno in _NO_SUCH_NAME
            raise UnresolvedError(Symptom.HOST_NOT_FOUND if missing else Symptom.RESOLUTION_FAILED) from None
        except (OSError, UnicodeError):
            raise UnresolvedError(Symptom.HOST_NOT_FOUND) from None
        finally:
            self._busy[domain] -= 1
            self._busy += Counter()  # drops domains without look-ups
        return tuple(dict.fromkeys(ip_address(str(entry[4][0]).split("%")[0]) for entry in found))

    def _forget(self, host: str, done: "asyncio.Future[tuple[Address, ...]]") -> None:
        del self._pending[host]
        if not done.cancelled():
            done.exception()  # retrieved, because no caller may be left
