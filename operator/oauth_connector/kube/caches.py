"""The caches of one process."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from oauth_connector.connector.observation import Key
from oauth_connector.kube.connector_cache import ConnectorCache, OnArrival
from oauth_connector.kube.consent_cache import ConsentCache
from oauth_connector.kube.secret_cache import SecretCache
from oauth_connector.kube.watch_freshness import WatchFreshness


@dataclass(frozen=True, slots=True)
class Caches:
    """What lists, watches and writes have returned."""

    connectors: ConnectorCache
    secrets: SecretCache
    consents: ConsentCache
    freshness: WatchFreshness

    @classmethod
    def build(
        cls,
        on_change: Callable[[Key], None] = lambda _key: None,
        on_arrival: OnArrival | None = None,
        *,
        by_namespace: bool = False,
    ) -> Self:
        """Build empty caches; `on_change` is called with each connector that changes itself or in its consents.

        There is one watch of connectors, or one for each namespace.
        """
        freshness = WatchFreshness(by_namespace=by_namespace)
        return cls(ConnectorCache(on_change, on_arrival), SecretCache(), ConsentCache(on_change), freshness)
