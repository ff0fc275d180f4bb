"""The ConfigMap with the public keys of clients: the operator publishes them, and the consent server reads them."""

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any

from oauth_connector.api.names import CLIENT_KEYS, FIELD_MANAGER, MANAGED_BY, OPERATOR
from oauth_connector.consent_protocol.client_keys import PublicKey, add_key, format_public_key, parse_keys
from oauth_connector.kube.client import KubeAPI
from oauth_connector.kube.paths import config_map_path
from oauth_connector.oauth.signing_key import SigningKey

MEMBER = "jwks.json"

RECHECK = 600.0
"""Seconds after which the ConfigMap is read again: another client may have deleted or changed it."""


def read_keys(found: Mapping[str, Any] | None) -> list[PublicKey]:
    """Return the keys in the ConfigMap; none where there is no ConfigMap."""
    return parse_keys((found.get("data") or {}).get(MEMBER)) if found is not None else []


async def fetch_config_map(api: KubeAPI, namespace: str) -> dict[str, Any] | None:
    """Read the ConfigMap; `None` where there is none. Raises `KubeError`."""
    return await api.find(config_map_path(namespace, CLIENT_KEYS))


class ClientKeyPublisher:
    """Publishes the public part of a key before it is first used, and what is left of those before it."""

    def __init__(self, api: KubeAPI, namespace: str, clock: Callable[[], float]) -> None:
        self._api = api
        self._namespace = namespace
        self._clock = clock
        self._checked_until = 0.0
        self._writing = asyncio.Lock()

    async def publish(self, key: SigningKey) -> None:
        """Write the public part of a key unless it is there. Raises `KubeError`, also for a change in between."""
        async with self._writing:
            if self._clock() < self._checked_until:
                return
            found, public = await fetch_config_map(self._api, self._namespace), format_public_key(key)
            stored = read_keys(found)
            if public not in stored:
                await self._write(found, add_key(stored, public, self._clock()))
            self._checked_until = self._clock() + RECHECK

    async def _write(self, found: Mapping[str, Any] | None, keys: list[PublicKey]) -> None:
        data = {MEMBER: json.dumps({"keys": keys})}
        if found is None:
            metadata = {"name": CLIENT_KEYS, "labels": {MANAGED_BY: OPERATOR}}
            body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}
            await self._api.create(config_map_path(self._namespace), body, FIELD_MANAGER)
            return
        version = {name: found["metadata"][name] for name in ("uid", "resourceVersion")}
        path = config_map_path(self._namespace, CLIENT_KEYS)
        await self._api.merge_patch(path, {"metadata": version, "data": data}, FIELD_MANAGER)
