"""Access to the public keys of clients: one ConfigMap, which is read at most once a second."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol

import structlog

from oauth_connector.api.names import CLIENT_KEYS
from oauth_connector.consent_protocol.client_keys import PublicKey
from oauth_connector.consent_server.consent_store import APIUnavailable
from oauth_connector.kube.client import KubeAPI
from oauth_connector.kube.client_keys import fetch_config_map, read_keys
from oauth_connector.kube.errors import FORBIDDEN, KubeError

KEPT = 1.0
"""Seconds for which a replica returns the same set: anyone may ask for it, and a new key must be seen at once."""

log = structlog.get_logger(__name__)


class ClientKeyStore(Protocol):
    """The API request that the page of the keys needs."""

    async def read(self) -> Sequence[PublicKey]:
        """Return the keys, also replaced ones whose time is over. Raises `APIUnavailable`."""


class KubeClientKeyStore:
    """A `ClientKeyStore` that sends requests to the API server; `clock` is monotonic."""

    def __init__(self, api: KubeAPI, namespace: str, clock: Callable[[], float]) -> None:
        self._api = api
        self._namespace = namespace
        self._clock = clock
        self._keys: Sequence[PublicKey] | None = None
        self._kept_until = 0.0
        self._reading = asyncio.Lock()

    async def read(self) -> Sequence[PublicKey]:
        """See `ClientKeyStore`."""
        async with self._reading:
            if self._clock() >= self._kept_until:
                self._keys = await self._fetch()
                self._kept_until = self._clock() + KEPT
        if self._keys is None:
            raise APIUnavailable
        return self._keys

    async def _fetch(self) -> Sequence[PublicKey] | None:
        try:
            return read_keys(await fetch_config_map(self._api, self._namespace))
        except KubeError as error:
            remedy = "compare its roles with those of the chart" if error.status == FORBIDDEN else "it is read again"
            log.warning("the public keys of clients cannot be read", config_map=CLIENT_KEYS, remedy=remedy)
            return None
