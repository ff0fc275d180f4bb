"""The master key of the operator: a Secret in its namespace, created at first use and never changed.

The keys of all consents, and the one that signs the operator's Secrets, are derived from it. A client that reads it
could open the responses of consents in progress, and sign Secrets. To change the key, delete the Secret and restart:
consents in progress must be started again, and grants are signed anew. Servers find the new key of clients beside the
replaced one.
"""

import asyncio
import base64
import binascii
import secrets as randomness
import time
from collections.abc import Callable, Mapping
from typing import Any

from oauth_connector.api.names import CLIENT_KEYS, FIELD_MANAGER, KEY_SECRET, KEY_TYPE, MANAGED_BY, OPERATOR
from oauth_connector.connector.secret.metadata import has_managed_label
from oauth_connector.consent_protocol.operator_keys import OperatorKeys
from oauth_connector.controller.ports import ClusterUnavailable
from oauth_connector.kube.client import KubeAPI
from oauth_connector.kube.client_keys import ClientKeyPublisher
from oauth_connector.kube.credential_reader import build_unavailable
from oauth_connector.kube.errors import CONFLICT, KubeError
from oauth_connector.kube.paths import secret_path
from oauth_connector.oauth.signing_key import SigningKey

NAME, KEY, SIZE = KEY_SECRET, "key", 32


def read_key(secret: Mapping[str, Any]) -> bytes:
    """Read the key from its Secret. Raises `ValueError` for one that the operator did not create.

    A connector whose output has this name writes a Secret of another type, with the label of the operator's Secrets.
    """
    metadata = secret.get("metadata") or {}
    if secret.get("type") != KEY_TYPE:
        raise ValueError(f"is not of type {KEY_TYPE}")
    if has_managed_label(metadata) or (metadata.get("labels") or {}).get(MANAGED_BY) != OPERATOR:
        raise ValueError(f"does not have the labels of the operator's key ({MANAGED_BY}: {OPERATOR}, and no others)")
    try:
        key = base64.b64decode((secret.get("data") or {}).get(KEY) or "")
    except binascii.Error:
        key = b""
    if len(key) != SIZE:
        raise ValueError(f"has no key of {SIZE} bytes under `{KEY}`")
    return key


class KubeOperatorKeys:
    """Implements `ports.OperatorKeyReader`."""

    def __init__(self, api: KubeAPI, namespace: str, clock: Callable[[], float] = time.time) -> None:
        self._api = api
        self._path = secret_path(namespace)
        self._keys: OperatorKeys | None = None
        self._reading = asyncio.Lock()  # the first connectors of an operator need the key at the same time
        self._publisher = ClientKeyPublisher(api, namespace, clock)

    async def load(self) -> OperatorKeys:
        """Return the keys; the Secret is read once. Raises `ClusterUnavailable`."""
        if self._keys is not None:
            return self._keys
        async with self._reading:
            if self._keys is None:
                self._keys = OperatorKeys(await self._read_or_create())
            return self._keys

    async def load_client_key(self) -> SigningKey:
        """Return the key of clients with metadata documents, once its public part is published.

        Raises `ClusterUnavailable`.
        """
        key = (await self.load()).client_key
        try:
            await self._publisher.publish(key)
        except KubeError as error:
            raise build_unavailable(error, f"ConfigMap {CLIENT_KEYS}:") from None
        return key

    async def _read_or_create(self) -> bytes:
        try:
            return await self._read() or await self._create()
        except KubeError as error:
            raise build_unavailable(error, "the operator's key:") from None

    async def _read(self) -> bytes | None:
        found = await self._api.find(f"{self._path}/{NAME}")
        if found is None:
            return None
        try:
            return read_key(found)
        except ValueError as error:
            raise ClusterUnavailable(f"Secret {NAME} {error}. Delete the Secret") from None

    async def _create(self) -> bytes:
        """Create the Secret; if another process was faster, return the key of that process.

        A key that is not stored is not used: it would be lost with this process.
        """
        key = randomness.token_bytes(SIZE)
        body = {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": NAME, "labels": {MANAGED_BY: OPERATOR}},
            "type": KEY_TYPE,
            "immutable": True,
            "data": {KEY: base64.b64encode(key).decode()},
        }
        try:
            await self._api.create(self._path, body, FIELD_MANAGER)
        except KubeError as error:
            found = await self._read() if error.status == CONFLICT else None
            if found is None:
                raise
            return found
        return key
