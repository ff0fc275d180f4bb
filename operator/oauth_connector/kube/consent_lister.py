"""The list of OAuthConsents, at the start and from time to time."""

from oauth_connector.api.names import CONSENTS
from oauth_connector.kube.backoff import Backoff
from oauth_connector.kube.client import KubeAPI
from oauth_connector.kube.consent_cache import ConsentCache
from oauth_connector.kube.listing import ListFailureLog, ListLoop, list_all
from oauth_connector.kube.scope import WHOLE_CLUSTER, ScopePart

PAUSE = 10.0
"""Seconds until a list that failed is retried: the CustomResourceDefinition may not exist yet."""


class ConsentLister:
    """Keeps the cache complete. `loop` runs it.

    The operator does not wait for this kind: tokens are refreshed whether or not users can consent.
    """

    def __init__(self, api: KubeAPI, cache: ConsentCache, part: ScopePart = WHOLE_CLUSTER) -> None:
        self.loop = ListLoop(ListFailureLog(CONSENTS, part.namespace), self._list, Backoff(PAUSE, PAUSE))
        self._api = api
        self._cache = cache
        self._part = part

    async def _list(self) -> None:
        self._cache.retain(await list_all(self._api, self._part.consents(), self._cache.update))
