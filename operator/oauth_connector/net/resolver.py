"""Names to addresses, so that a name that nobody answers for holds up no other.

The system's resolver blocks for half a minute when name servers are silent, and the event loop lends it four threads in
all: a few connectors on a dead name would stop every token call. So there are more threads, one look-up at a time for
each name, which all who wait for it share, and few at a time for the names of one domain.
"""

import asyncio
import contextlib
import socket
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address
from typing import Any

from oauth_connector.net.egress_guard import Address
from oauth_connector.oauth.signals import Symptom

THREADS = 64
OF_ONE_DOMAIN = 16
"""Threads that may wait for the names of one domain (its last two labels), so that one dead zone leaves others some."""

PATIENCE = 5.0
"""Seconds that anybody waits for a look-up; its thread may take longer."""

_NO_SUCH_NAME = frozenset({socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)})

Lookup = Callable[[str], Sequence[tuple[Any, ...]]]
"""Blocks, and gives what `getaddrinfo` gives; raises `OSError` and `UnicodeError` as that does."""


class UnresolvedError(Exception):
    """A name has no address, or nobody could say."""

    def __init__(self, symptom: Symptom) -> None:
        super().__init__(symptom.value)
        self.symptom = symptom


def look_up(host: str) -> Sequence[tuple[Any, ...]]:
    """Ask the system."""
    return socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)


class Resolver:
    """Resolves names in threads of its own; nothing is remembered once an answer is in."""

    def __init__(self, look_up: Lookup = look_up, threads: int = THREADS) -> None:
        self._look_up = look_up
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="resolver")
        self._busy: Counter[str] = Counter()
        self._asked: dict[str, asyncio.Future[tuple[Address, ...]]] = {}

    async def resolve(self, host: str) -> tuple[Address, ...]:
        """Give the addresses of a host, in the system's order; a literal is its own. Raises `UnresolvedError`."""
        with contextlib.suppress(ValueError):
            return (ip_address(host),)
        if host not in self._asked:
            asked = self._asked[host] = asyncio.ensure_future(self._ask(host))
            asked.add_done_callback(lambda done: self._answered(host, done))
        try:
            async with asyncio.timeout(PATIENCE):
                return await asyncio.shield(self._asked[host])  # who gives up leaves the look-up to the others
        except TimeoutError:
            raise UnresolvedError(Symptom.RESOLUTION_FAILED) from None

    def close(self) -> None:
        """Take no further names; a look-up that hangs is not waited for."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _ask(self, host: str) -> tuple[Address, ...]:
        domain = ".".join(host.rstrip(".").lower().rsplit(".", 2)[-2:])
        if self._busy[domain] >= OF_ONE_DOMAIN:
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
            self._busy += Counter()  # drops domains that nobody asks about
        return tuple(dict.fromkeys(ip_address(str(entry[4][0]).split("%")[0]) for entry in found))

    def _answered(self, host: str, done: "asyncio.Future[tuple[Address, ...]]") -> None:
        del self._asked[host]
        if not done.cancelled():
            done.exception()  # looked at, for when nobody waits any more
