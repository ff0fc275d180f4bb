"""The list of connectors that there are: it finds what the watch has missed.

kopf's watch reports no deletion that happens while it is interrupted: after an error it lists again, and what is
missing in that list is not mentioned. So the names are compared soon after each such list, and every ten minutes in
any case. A watch that is only slow, with thousands of connectors in a busy process, gets time: if it were opened again
too soon, it would never finish its list.
"""

import asyncio
from collections.abc import Callable, Mapping

import structlog

from oauth_connector.api.names import CONNECTORS
from oauth_connector.connector.observation import Key
from oauth_connector.kube.backoff import Backoff
from oauth_connector.kube.client import KubeAPI
from oauth_connector.kube.connector_cache import ConnectorCache
from oauth_connector.kube.errors import BAD_REQUEST, KubeError, SelectorError
from oauth_connector.kube.listing import SETTLED, ListFailureLog, Listing, ListLoop, list_all
from oauth_connector.kube.scope import WHOLE_CLUSTER, ScopePart
from oauth_connector.kube.transport import JSON

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 10.0
"""Seconds until a list that failed is retried."""

_REJECTED = (
    "setting selector (OAUTH_CONNECTOR_SELECTOR, --selector): the API server does not accept {!r} as a label selector."
    " Write requirements that are separated by commas, such as `shard=a`, `shard in (a,b)`, `shard notin (a,b)`,"
    " `shard` or `!shard`."
)

log = structlog.get_logger(__name__)


class ConnectorLister:
    """Fills the cache once from a full list of a part of the scope, and removes what no longer exists.

    `on_stale` reports a stale watch. `loop` runs it.
    """

    def __init__(
        self,
        api: KubeAPI,
        connectors: ConnectorCache,
        on_stale: Callable[[], None],
        part: ScopePart = WHOLE_CLUSTER,
    ) -> None:
        failures = ListFailureLog(CONNECTORS, part.namespace)
        self.loop = ListLoop(failures, self._list, Backoff(FIRST_PAUSE, LONGEST_PAUSE))
        self._api = api
        self._connectors = connectors
        self._on_stale = on_stale
        self._part = part
        self._unreadable: dict[Key, str] = {}

    async def _list(self) -> None:
        if self.loop.listed.is_set():
            await self._compare(await list_all(self._api, self._part.connectors(), lambda _item: None))
        else:
            await self._read_all()

    async def _read_all(self) -> None:
        """Read the connectors. Raises `KubeError` and `SelectorError`."""
        try:
            listing = await list_all(self._api, self._part.connectors(JSON), self._connectors.update)
            self._unreadable = self._find_unknown(listing.uids)
        except KubeError as error:
            if error.status == BAD_REQUEST and self._part.selector:
                raise SelectorError(_REJECTED.format(self._part.selector)) from None
            raise

    async def _compare(self, listing: Listing) -> None:
        """Remove deleted connectors. Connectors that stay missing show that the watch is stale. Raises `KubeError`.

        A connector that cannot be read in a list either, because it raises, shows nothing of the watch.
        """
        self._connectors.retain(listing)
        missing = self._find_missing(listing.uids)
        if missing:
            await asyncio.sleep(SETTLED)
            missing = self._find_missing(missing)
        if missing:
            await self._read_all()
        stale = missing.keys() - self._unreadable.keys()
        if stale:
            log.warning("watch missed connectors and is opened again", count=len(stale))
            self._on_stale()

    def _find_missing(self, uids: Mapping[Key, str]) -> dict[Key, str]:
        return {key: uid for key, uid in self._find_unknown(uids).items() if self._unreadable.get(key) != uid}

    def _find_unknown(self, uids: Mapping[Key, str]) -> dict[Key, str]:
        return {
            key: uid for key, uid in uids.items() if (known := self._connectors.get(key)) is None or known.uid != uid
        }
