"""The caches of one process."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from oauth_connector.connector.observation import Key
from oauth_connector.kube.connector_cache import ConnectorCache, OnArrival
from oauth_connector.kube.consent_cache import ConsentCache
from oauth_connector.kube.secret_cache import SecretCache


@dataclass(frozen=True, slots=True)
class Caches:
    """What lists, watches and writes have returned."""

    connectors: ConnectorCache
    secrets: SecretCache
    consents: ConsentCache

    @classmethod
    def build(cls, on_change: Callable[[Key], None] = lambda _key: None, on_arrival: OnArrival | None = None) -> Self:
        """Build empty caches; `on_change` is called with each connector that changes itself or in its consents."""
        return cls(ConnectorCache(on_change, on_arrival), SecretCache(), ConsentCache(on_change))
