"""Which connectors there are, counted from time to time: what the watch has missed comes to light here.

kopf's watch tells of nothing that went while it was not looking: after an error it lists anew, and what is not in the
list is not mentioned. So the names are compared soon after each such list, and every ten minutes in any case. A watch
that is only slow, with thousands of connectors in a busy process, is given its time: opened anew too soon it would
never be through.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable, Mapping

import structlog

from oauth_connector.connector.observation import Key
from oauth_connector.kube.client import KubeAPI
from oauth_connector.kube.connector_cache import ConnectorCache, list_connectors, list_names
from oauth_connector.kube.errors import KubeError

EVERY = 600.0
"""Seconds between two counts when nothing calls for one."""

SETTLED = 3.0
"""Seconds without more of the watch's own list, after which it is through; and for news on its way to come in."""

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 10.0

log = structlog.get_logger(__name__)


class ConnectorLister:
    """Fills the cache once from a full list, and keeps it free of what is gone; `on_deaf` is called when a watch is.

    `listed` is set once the first list is in; `counted` says when the cache was last known to be true, in seconds since
    the epoch (0 before that).
    """

    def __init__(self, api: KubeAPI, connectors: ConnectorCache, on_deaf: Callable[[], None]) -> None:
        self.listed = asyncio.Event()
        self.counted = 0.0
        self._api = api
        self._connectors = connectors
        self._on_deaf = on_deaf
        self._wanted = asyncio.Event()

    def want(self) -> None:
        """Ask for a count soon."""
        self._wanted.set()

    async def run(self) -> None:
        """List, and count again and again until cancelled."""
        pause = FIRST_PAUSE
        while True:
            try:
                await self._count()
                pause = FIRST_PAUSE
            except KubeError as error:
                log.warning("connectors cannot be listed", status=error.status, reason=error.reason)
                await asyncio.sleep(max(error.retry_after or 0.0, pause))
                pause = min(pause * 2, LONGEST_PAUSE)
            else:
                await self._rest()

    async def _count(self) -> None:
        if self.listed.is_set():
            await self._compare(*await list_names(self._api))
        else:
            await self._take_in()
            self.listed.set()
        self.counted = time.time()

    async def _take_in(self) -> None:
        async for manifest in list_connectors(self._api):
            self._connectors.see(manifest)

    async def _rest(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(EVERY):
                await self._wanted.wait()
                while self._wanted.is_set():
                    self._wanted.clear()
                    await asyncio.sleep(SETTLED)
        self._wanted.clear()

    async def _compare(self, uids: Mapping[Key, str], version: int) -> None:
        """Forget what is gone; where connectors are missing and stay so the watch has gone deaf. Raises `KubeError`."""
        self._connectors.only(uids, version)
        missing = self._missing(uids)
        if missing:
            await asyncio.sleep(SETTLED)
            missing = self._missing(missing)
        if missing:
            log.warning("the watch missed connectors and is opened anew", count=len(missing))
            await self._take_in()
            self._on_deaf()

    def _missing(self, uids: Mapping[Key, str]) -> dict[Key, str]:
        return {
            key: uid for key, uid in uids.items() if (known := self._connectors.get(key)) is None or known.uid != uid
        }
