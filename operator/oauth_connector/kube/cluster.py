"""The port to the Kubernetes API: caches that nudge, live reads that decide, writes that mean what they say.

Every read that is made here feeds the caches, and every write puts its answer there at once: what the watch tells
later of the same versions is old news.
"""

import base64
import binascii
from collections.abc import Awaitable, Iterable, Mapping
from typing import Any

from oauth_connector.api.names import ALLOWED_HOSTS, FIELD_MANAGER, OPAQUE, STATUS_FIELD_MANAGER
from oauth_connector.api.v1alpha1.consent import OAuthConsentStatus
from oauth_connector.api.v1alpha1.status import OAuthConnectorStatus
from oauth_connector.connector.consent.evaluation import Consent
from oauth_connector.connector.credentials import CredentialSecret, parse_allowed_hosts
from oauth_connector.connector.observation import AnyConnector, CredentialVersion, Key
from oauth_connector.connector.secret.metadata import SecretMetadata, secret_metadata
from oauth_connector.connector.secret.rendering import RenderedSecret
from oauth_connector.controller.ports import (
    ClusterUnavailable,
    LiveSecret,
    SecretWritten,
    WriteConflict,
    WriteRejected,
    WriteResult,
)
from oauth_connector.kube import paths
from oauth_connector.kube import secret_manifests as manifests
from oauth_connector.kube.client import METADATA, KubeAPI
from oauth_connector.kube.connector_cache import ConnectorCache
from oauth_connector.kube.consent_cache import ConsentCache, parse_consent
from oauth_connector.kube.errors import CONFLICT, FORBIDDEN, INVALID, NOT_FOUND, TRANSIENT, KubeError
from oauth_connector.kube.secret_cache import SecretCache
from oauth_connector.kube.transport import JSON


class KubeCluster:
    """Implements `ports.Cluster` over the API client and the two caches."""

    def __init__(
        self,
        api: KubeAPI,
        connectors: ConnectorCache,
        secrets: SecretCache,
        consents: ConsentCache | None = None,
    ) -> None:
        self._api = api
        self._consents = consents if consents is not None else ConsentCache(lambda _key: None)
        self._connectors = connectors
        self._secrets = secrets

    # --- caches -------------------------------------------------------------------------------------------------
    def connector(self, key: Key) -> AnyConnector | None:
        """Give a connector from the cache."""
        return self._connectors.get(key)

    def output(self, namespace: str, name: str) -> SecretMetadata | None:
        """Give a Secret of ours from the cache, as metadata."""
        return self._secrets.get(Key(namespace, name))

    def outputs_of(self, connector: AnyConnector) -> Iterable[SecretMetadata]:
        """Give the Secrets in the cache, of the connector's namespace, that carry its UID."""
        return self._secrets.of_connector(connector.key.namespace, connector.uid)

    def consents_of(self, key: Key) -> Iterable[Consent]:
        """Give the consents in the cache that are for a connector."""
        return self._consents.group(key)

    # --- live reads ---------------------------------------------------------------------------------------------
    async def read_connector(self, key: Key) -> AnyConnector | None:
        """Read a connector now, and remember it."""
        found = await self._get(_connector_path(key))
        if found is None:
            self._connectors.remove_key(key)
            return None
        connector = self._connectors.parse(found)
        self._connectors.put(connector)
        return connector

    async def read_secret(self, namespace: str, name: str) -> LiveSecret | None:
        """Read a Secret now; one that carries our label is remembered."""
        found = await self._get(paths.secret_path(namespace, name))
        if found is None:
            return None
        metadata = secret_metadata(found)
        if metadata.managed:
            self._secrets.put(metadata)
        return LiveSecret(metadata, _decoded(found), found["metadata"])

    async def read_credential(self, namespace: str, name: str) -> CredentialSecret | None:
        """Read a credential Secret now."""
        found = await self._get(paths.secret_path(namespace, name))
        if found is None:
            return None
        allowed = parse_allowed_hosts((found["metadata"].get("annotations") or {}).get(ALLOWED_HOSTS))
        return CredentialSecret(_version_of(found), found.get("type", OPAQUE), _decoded(found), allowed)

    async def read_version(self, namespace: str, name: str) -> CredentialVersion:
        """Look at the version of a credential Secret without reading it."""
        found = await self._get(paths.secret_path(namespace, name), accept=METADATA)
        return _version_of(found) if found is not None else CredentialVersion(name)

    async def read_config_map(self, namespace: str, name: str) -> Mapping[str, str] | None:
        """Read a ConfigMap now."""
        found = await self._get(paths.config_map_path(namespace, name))
        return (found.get("data") or {}) if found is not None else None

    async def is_terminating(self, namespace: str) -> bool:
        """Tell whether a namespace is being deleted, or gone."""
        found = await self._get(paths.namespace_path(namespace))
        return found is None or "deletionTimestamp" in found["metadata"]

    # --- writes -------------------------------------------------------------------------------------------------
    async def create_secret(self, namespace: str, rendered: RenderedSecret) -> WriteResult:
        """Write a Secret that must not exist yet."""
        path = paths.secret_path(namespace)
        return await self._written(self._api.create(path, manifests.new_secret(namespace, rendered), FIELD_MANAGER))

    async def update_secret(self, live: LiveSecret, rendered: RenderedSecret) -> WriteResult:
        """Write a Secret that must be as it was read."""
        path = paths.secret_path(live.metadata.namespace, live.metadata.name)
        return await self._written(self._api.merge_patch(path, manifests.patch(live, rendered), FIELD_MANAGER))

    async def delete_secret(self, metadata: SecretMetadata) -> None:
        """Delete a Secret if it is as it was last seen; if not, another pass will see what it has become."""
        path = paths.secret_path(metadata.namespace, metadata.name)
        await self._delete(path, metadata.uid, metadata.resource_version)
        self._secrets.remove(metadata)

    async def write_status(self, connector: AnyConnector, status: OAuthConnectorStatus) -> AnyConnector | None:
        """Replace a connector's status if it is as it was last seen; `None` if it is not."""
        path = _connector_path(connector.key)
        written = await self._write_status(path, connector.resource_version, status.written())
        if written is None:
            return None
        updated = self._connectors.parse(written)
        self._connectors.put(updated)
        return updated

    async def write_consent(self, consent: Consent, status: OAuthConsentStatus) -> Consent | None:
        """Replace a consent's status if it is as it was last seen; `None` if it is not."""
        written = status.model_dump(mode="json", by_alias=True, exclude_none=True)
        updated = await self._write_status(_consent_path(consent.key), consent.resource_version, written)
        if updated is None:
            return None
        self._consents.update(updated)
        return parse_consent(updated)

    async def delete_consent(self, consent: Consent) -> None:
        """Delete a consent if it is as it was last seen; if not, another pass will see what it has become."""
        await self._delete(_consent_path(consent.key), consent.uid, consent.resource_version)
        self._consents.remove_deleted(consent)

    async def _write_status(self, path: str, version: str, status: Mapping[str, object]) -> dict[str, Any] | None:
        body: list[dict[str, object]] = [
            {"op": "add", "path": "/metadata/resourceVersion", "value": version},
            {"op": "add", "path": "/status", "value": status},
        ]
        try:
            return await self._api.json_patch(f"{path}/status", body, STATUS_FIELD_MANAGER)
        except KubeError as error:
            if error.status in (NOT_FOUND, CONFLICT):
                return None
            raise _unavailable(error) from None

    async def _delete(self, path: str, uid: str, version: str) -> None:
        try:
            await self._api.delete(path, uid, version)
        except KubeError as error:
            if error.status not in (NOT_FOUND, CONFLICT):
                raise _unavailable(error) from None

    async def _get(self, path: str, accept: str = JSON) -> dict[str, Any] | None:
        try:
            return await self._api.get(path, accept)
        except KubeError as error:
            if error.status == NOT_FOUND:
                return None
            raise _unavailable(error) from None

    async def _written(self, write: Awaitable[dict[str, Any]]) -> WriteResult:
        try:
            written = await write
        except KubeError as error:
            return _judged(error)
        metadata = secret_metadata(written)
        self._secrets.put(metadata)
        return SecretWritten(LiveSecret(metadata, _decoded(written), written["metadata"]))


def _judged(error: KubeError) -> WriteResult:
    """Tell a write that was overtaken from one that the API server will not have; the rest is passing."""
    if error.status in (NOT_FOUND, CONFLICT):
        return WriteConflict()
    if error.status in TRANSIENT:
        raise _unavailable(error) from None
    causes = {FORBIDDEN: "quota, policy or missing rights", INVALID: "it is not valid to the API server"}
    return WriteRejected(causes.get(error.status, f"HTTP status {error.status}"))


def _unavailable(error: KubeError) -> ClusterUnavailable:
    return ClusterUnavailable(f"the Kubernetes API answered {error.status} {error.reason}", error.retry_after)


def _connector_path(key: Key) -> str:
    return paths.connector_path(key.namespace, key.name)


def _consent_path(key: Key) -> str:
    return paths.consent_path(key.namespace, key.name)


def _version_of(secret: Mapping[str, Any]) -> CredentialVersion:
    metadata = secret["metadata"]
    return CredentialVersion(metadata["name"], metadata["uid"], metadata["resourceVersion"])


def _decoded(secret: Mapping[str, Any]) -> dict[str, bytes]:
    """Decode `data`; the API server has checked that it is base64."""
    try:
        return {key: base64.b64decode(value or "") for key, value in (secret.get("data") or {}).items()}
    except binascii.Error:
        return {}
