"""The Kubernetes API for the controller: cached reads, live reads, and writes with preconditions.

Every live read updates the caches, and every write puts its response there at once. Later events of the watch with the
same versions change nothing.
"""

from collections.abc import Awaitable, Iterable, Mapping, Sequence
from typing import Any

from oauth_connector.api.names import FIELD_MANAGER, STATUS_FIELD_MANAGER
from oauth_connector.api.v1alpha1.consent import OAuthConsentStatus
from oauth_connector.api.v1alpha1.status import OAuthConnectorStatus
from oauth_connector.connector.consent.observed import Consent
from oauth_connector.connector.grant.shared_tokens import TokenReference
from oauth_connector.connector.observation import AnyConnector, Key
from oauth_connector.connector.secret.metadata import SecretMetadata, secret_metadata
from oauth_connector.connector.secret.rendering import RenderedSecret
from oauth_connector.controller.ports import (
    LiveSecret,
    SecretWritten,
    WriteConflict,
    WriteRejected,
    WriteResult,
)
from oauth_connector.kube import paths
from oauth_connector.kube import secret_manifests as manifests
from oauth_connector.kube.caches import Caches
from oauth_connector.kube.client import KubeAPI
from oauth_connector.kube.consent_cache import parse_consent
from oauth_connector.kube.credential_manifests import decode_data, read_type
from oauth_connector.kube.credential_reader import KubeCredentialReader, build_unavailable
from oauth_connector.kube.errors import CONFLICT, FORBIDDEN, INVALID, NOT_FOUND, TRANSIENT, KubeError


class KubeCluster(KubeCredentialReader):
    """Implements `ports.Cluster` with the API client and the caches."""

    def __init__(self, api: KubeAPI, caches: Caches, selector: str = "") -> None:
        super().__init__(api)
        self._connectors = caches.connectors
        self._consents = caches.consents
        self._secrets = caches.secrets
        self._freshness = caches.freshness
        self._selector = selector

    # --- caches -------------------------------------------------------------------------------------------------
    def connector(self, key: Key) -> AnyConnector | None:
        """Return a connector from the cache."""
        return self._connectors.get(key)

    def connectors_with_token(self, reference: TokenReference, limit: int) -> Sequence[AnyConnector]:
        """Return the cached connectors whose initial refresh token is in this place, the first by key."""
        return self._connectors.group(reference, limit)

    def output(self, namespace: str, name: str) -> SecretMetadata | None:
        """Return the metadata of a managed Secret from the cache."""
        return self._secrets.get(Key(namespace, name))

    def outputs_of(self, connector: AnyConnector) -> Iterable[SecretMetadata]:
        """Return the cached Secrets in the namespace of a connector that carry its UID."""
        return self._secrets.of_connector(connector.key.namespace, connector.uid)

    def pending_consents(self, key: Key) -> Sequence[Consent]:
        """Return the cached consents for a connector that have neither succeeded nor failed."""
        return self._consents.list_pending(key)

    def concluded_consents(self, key: Key, limit: int) -> Sequence[Consent]:
        """Return the oldest cached consents for a connector that succeeded or failed."""
        return self._consents.list_concluded(key, limit)

    # --- live reads ---------------------------------------------------------------------------------------------
    async def read_connector(self, key: Key) -> AnyConnector | None:
        """Read a connector from the API server, and cache it; `None` where the selector does not select it."""
        found = await (self._find_selected(key) if self._selector else self._get(_path_of_connector(key)))
        if found is None:
            self._connectors.remove_key(key)
            return None
        connector = self._connectors.parse(found)
        self._connectors.put(connector)
        return connector

    async def confirm_connector(self, key: Key) -> AnyConnector | None:
        """Return a connector as it was at most a few seconds ago: from the cache where that is certain, else read it.

        Where a selector selects it is read: a shard that has lost it is to notice.
        """
        cached = None if self._selector or not self._freshness.is_fresh(key) else self._connectors.get(key)
        return cached or await self.read_connector(key)

    async def read_any_connector(self, key: Key) -> AnyConnector | None:
        """Read a connector from the API server, whether or not the selector selects it; it is not cached."""
        found = await self._get(_path_of_connector(key))
        return self._connectors.parse(found) if found is not None else None

    async def read_secret(self, namespace: str, name: str) -> LiveSecret | None:
        """Read a Secret from the API server, and cache its metadata if it has the operator's label."""
        found = await self._get(paths.secret_path(namespace, name))
        if found is None:
            return None
        metadata = secret_metadata(found)
        if metadata.managed:
            self._secrets.put(metadata)
        return LiveSecret(metadata, decode_data(found), found["metadata"], read_type(found))

    async def is_terminating(self, namespace: str) -> bool:
        """Return whether a namespace is terminating or deleted: whether it accepts no new Secret.

        The namespace itself is not read: that would need a permission outside of the namespaces of an install.
        """
        try:
            await self._api.dry_run(paths.secret_path(namespace), manifests.PROBE, FIELD_MANAGER)
        except KubeError as error:
            if error.status in TRANSIENT:
                raise build_unavailable(error) from None
            return error.status == NOT_FOUND or error.is_namespace_terminating
        return False

    # --- writes -------------------------------------------------------------------------------------------------
    async def create_secret(self, namespace: str, rendered: RenderedSecret) -> WriteResult:
        """Create a Secret that must not exist yet."""
        path = paths.secret_path(namespace)
        return await self._complete_write(
            self._api.create(path, manifests.build_secret(namespace, rendered), FIELD_MANAGER)
        )

    async def update_secret(self, live: LiveSecret, rendered: RenderedSecret) -> WriteResult:
        """Change a Secret, if it has not changed since it was read."""
        path = paths.secret_path(live.metadata.namespace, live.metadata.name)
        return await self._complete_write(
            self._api.merge_patch(path, manifests.build_patch(live, rendered), FIELD_MANAGER)
        )

    async def delete_secret(self, metadata: SecretMetadata) -> None:
        """Delete a Secret, if it has not changed since it was read; otherwise a later reconciliation handles it."""
        path = paths.secret_path(metadata.namespace, metadata.name)
        await self._delete(path, metadata.uid, metadata.resource_version)
        self._secrets.remove(metadata)

    async def write_status(self, connector: AnyConnector, status: OAuthConnectorStatus) -> AnyConnector | None:
        """Replace the status of a connector; return `None` if the connector has changed since it was read."""
        path, began = _path_of_connector(connector.key), self._freshness.begin_write()
        written = await self._write_status(path, connector.resource_version, status.to_manifest())
        if written is None:
            return None
        updated = self._connectors.parse(written)
        self._freshness.note_write(connector.key.namespace, updated.resource_version, began)
        if self._connectors.get(connector.key) is not None:  # else the selector no longer selects it
            self._connectors.put(updated)
        return updated

    async def write_consent(self, consent: Consent, status: OAuthConsentStatus) -> Consent | None:
        """Replace the status of a consent; return `None` if the consent has changed since it was read."""
        written = status.model_dump(mode="json", by_alias=True, exclude_none=True)
        updated = await self._write_status(_path_of_consent(consent.key), consent.resource_version, written)
        if updated is None:
            return None
        self._consents.update(updated)
        return parse_consent(updated)

    async def delete_consent(self, consent: Consent) -> None:
        """Delete a consent, if it has not changed since it was read; otherwise a later reconciliation handles it."""
        await self._delete(_path_of_consent(consent.key), consent.uid, consent.resource_version)
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
            raise build_unavailable(error) from None

    async def _delete(self, path: str, uid: str, version: str) -> None:
        try:
            await self._api.delete(path, uid, version)
        except KubeError as error:
            if error.status not in (NOT_FOUND, CONFLICT):
                raise build_unavailable(error) from None

    async def _find_selected(self, key: Key) -> dict[str, Any] | None:
        """Read a connector from a list of at most one: only a list has a selector, which the API server judges."""
        query = {"fieldSelector": f"metadata.name={key.name}", "labelSelector": self._selector}
        try:
            page = await self._api.request("GET", paths.connector_path(key.namespace), query=query)
        except KubeError as error:
            raise build_unavailable(error) from None
        return next(iter(page["items"]), None)

    async def _complete_write(self, write: Awaitable[dict[str, Any]]) -> WriteResult:
        try:
            written = await write
        except KubeError as error:
            return _classify_write_error(error)
        metadata = secret_metadata(written)
        self._secrets.put(metadata)
        return SecretWritten(LiveSecret(metadata, decode_data(written), written["metadata"], read_type(written)))


def _classify_write_error(error: KubeError) -> WriteResult:
    """Return whether a write was a conflict or was rejected. Raises `ClusterUnavailable` for transient errors."""
    if error.status in (NOT_FOUND, CONFLICT):
        return WriteConflict()
    if error.status in TRANSIENT:
        raise build_unavailable(error) from None
    causes = {FORBIDDEN: "quota, policy or missing permissions", INVALID: "the API server does not accept it as valid"}
    return WriteRejected(causes.get(error.status, f"HTTP status {error.status}"))


def _path_of_connector(key: Key) -> str:
    return paths.connector_path(key.namespace, key.name)


def _path_of_consent(key: Key) -> str:
    return paths.consent_path(key.namespace, key.name)
