"""The list of connectors that there are: it finds what the watch has missed.

A watch reports nothing of what happened before its start. So the connectors are listed with their content after each
start, and their names every ten minutes in any case: a connector that the watch has not reported by then shows that it
is stale. A watch that is only slow, in a busy process, gets time.
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
from oauth_connector.kube.listing import ListFailureLog, Listing, ListLoop, list_all
from oauth_connector.kube.scope import WHOLE_CLUSTER, ScopePart
from oauth_connector.kube.transport import JSON

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 10.0
"""Seconds until a list that failed is retried."""

SLOW_WATCH = 3.0
"""Seconds that a connector of a list may be missing before the watch counts as stale: a busy process is late."""

_REJECTED = (
    "setting selector (OAUTH_CONNECTOR_SELECTOR, --selector): the API server does not accept {!r} as a label selector."
    " Write requirements that are separated by commas, such as `shard=a`, `shard in (a,b)`, `shard notin (a,b)`,"
    " `shard` or `!shard`."
)

log = structlog.get_logger(__name__)


class ConnectorLister:
    """Fills the cache from a list of a part of the scope, and removes what no longer exists.

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
        self._requests = 1
        self._fulfilled = 0

    @property
    def is_content_due(self) -> bool:
        """Return whether a list of the content was requested, and has not been read from its begin since."""
        return self._fulfilled < self._requests

    def request_content(self) -> None:
        """List the connectors with their content soon."""
        self._requests += 1
        self.loop.request()

    async def _list(self) -> None:
        if self.is_content_due:
            await self._read_content()
        else:
            await self._compare(await list_all(self._api, self._part.connectors(), lambda _item: None))

    async def _read_content(self) -> None:
        """Read what is due; a request that arrives meanwhile needs a list of its own. Raises as `_read_all`."""
        requests = self._requests
        self._connectors.retain(await self._read_all())
        self._fulfilled = requests

    async def _read_all(self) -> Listing:
        """Read the connectors. Raises `KubeError` and `SelectorError`."""
        try:
            listing = await list_all(self._api, self._part.connectors(JSON), self._connectors.update)
        except KubeError as error:
            if error.status == BAD_REQUEST and self._part.selector:
                raise SelectorError(_REJECTED.format(self._part.selector)) from None
            raise
        self._unreadable = self._find_unknown(listing.uids)
        return listing

    async def _compare(self, listing: Listing) -> None:
        """Remove deleted connectors. Connectors that stay missing show that the watch is stale. Raises `KubeError`.

        A connector that cannot be read in a list either, because it raises, shows nothing of the watch.
        """
        self._connectors.retain(listing)
        missing = self._find_missing(listing.uids)
        if missing:
            await asyncio.sleep(SLOW_WATCH)
            missing = self._find_missing(missing)
        if missing:
            await self._read_all()
        stale = missing.keys() - self._unreadable.keys()
        if stale and not self.is_content_due:  # else it has just been opened again
            log.warning("watch missed connectors and is opened again", count=len(stale))
            self._on_stale()

    def _find_missing(self, uids: Mapping[Key, str]) -> dict[Key, str]:
        return {key: uid for key, uid in self._find_unknown(uids).items() if self._unreadable.get(key) != uid}

    def _find_unknown(self, uids: Mapping[Key, str]) -> dict[Key, str]:
        return {
            key: uid for key, uid in uids.items() if (known := self._connectors.get(key)) is None or known.uid != uid
        }
