"""The list of OAuthConsents, at the start and from time to time."""

from collections.abc import Callable

from oauth_connector.api.names import CONSENTS
from oauth_connector.kube.backoff import Backoff
from oauth_connector.kube.client import KubeAPI
from oauth_connector.kube.consent_cache import ConsentCache
from oauth_connector.kube.errors import KubeError
from oauth_connector.kube.listing import ListFailureLog, ListLoop, list_all
from oauth_connector.kube.scope import WHOLE_CLUSTER, ScopePart

PAUSE = 10.0
"""Seconds until a list that failed is retried: the CustomResourceDefinition may not exist yet."""


class ConsentLister:
    """Keeps the cache complete; `on_found` is called when a list succeeds after failures. `loop` runs it.

    kopf never finds a kind that did not exist when it began to watch, and the operator must not wait for this kind:
    tokens are refreshed whether or not users can consent.
    """

    def __init__(
        self, api: KubeAPI, cache: ConsentCache, on_found: Callable[[], None], part: ScopePart = WHOLE_CLUSTER
    ) -> None:
        self.loop = ListLoop(ListFailureLog(CONSENTS, part.namespace), self._list, Backoff(PAUSE, PAUSE))
        self._api = api
        self._cache = cache
        self._on_found = on_found
        self._part = part
        self._failed = False

    async def _list(self) -> None:
        try:
            listing = await list_all(self._api, self._part.consents(), self._cache.update)
        except KubeError:
            self._failed = True
            raise
        self._cache.retain(listing)
        if self._failed:
            self._on_found()
        self._failed = False
