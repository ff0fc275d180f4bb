"""Connectors as the API server returns them: parsed into values and cached."""

from collections.abc import Callable, Mapping
from typing import Any

from oauth_connector.api.names import REFRESH_REQUESTED, REVOKE_REQUESTED
from oauth_connector.api.v1alpha1.parsing import parse_spec
from oauth_connector.api.v1alpha1.status import LONGEST_REFRESH_REQUEST, OAuthConnectorStatus
from oauth_connector.connector.grant.shared_tokens import find_token_reference
from oauth_connector.connector.observation import AnyConnector, ConnectorObject, Key, parsed_spec, with_spec
from oauth_connector.kube.listing import Listing, key_of_manifest
from oauth_connector.kube.object_cache import ObjectCache


def parse_connector(manifest: Mapping[str, Any], known: AnyConnector | None = None) -> AnyConnector:
    """Parse what a reconciliation needs of an `OAuthConnector`.

    Invalid parts of the status are dropped; those of the spec become problems. The spec of a `known` version is shared
    when the generation is the same: the generation counts the changes of the spec.
    """
    metadata = manifest["metadata"]
    generation = metadata.get("generation", 1)
    same = known is not None and (known.uid, known.generation) == (metadata["uid"], generation)
    resource = ConnectorObject(
        key=key_of_manifest(manifest),
        uid=metadata["uid"],
        resource_version=metadata["resourceVersion"],
        generation=generation,
        deleting="deletionTimestamp" in metadata,
        status=OAuthConnectorStatus.read(manifest.get("status") or {}),
        # cut as its copy in status is: a longer value would never equal the copy, and be handled again and again
        refresh_request=_request(metadata, REFRESH_REQUESTED),
        revoke_request=_request(metadata, REVOKE_REQUESTED),
    )
    shared = parsed_spec(known) if known is not None and same else None
    return with_spec(resource, shared or parse_spec(manifest.get("spec") or {}))


def _request(metadata: Mapping[str, Any], annotation: str) -> str | None:
    return (metadata.get("annotations") or {}).get(annotation, "")[:LONGEST_REFRESH_REQUEST] or None


OnArrival = Callable[[AnyConnector], None]
"""Called with a connector that was not in the cache before."""


class ConnectorCache(ObjectCache[AnyConnector]):
    """The connectors that lists and the watch have returned; `on_change` is called for each that changes.

    A group holds the connectors with the same initial refresh token.
    """

    def __init__(self, on_change: Callable[[Key], None], on_arrival: OnArrival | None = None) -> None:
        super().__init__(lambda connector: connector.key, find_token_reference)
        self._on_change = on_change
        self._on_arrival = on_arrival or (lambda _connector: None)

    def update(self, manifest: Mapping[str, Any]) -> None:
        """Cache a connector from a list or the watch."""
        connector, is_known = self.parse(manifest), self.get(key_of_manifest(manifest)) is not None
        if self.put(connector):
            if not is_known:
                self._on_arrival(connector)
            self._on_change(connector.key)

    def parse(self, manifest: Mapping[str, Any]) -> AnyConnector:
        """Parse a connector, sharing what has not changed."""
        known = self.get(key_of_manifest(manifest))
        metadata = manifest["metadata"]
        if known is not None and (known.uid, known.resource_version) == (metadata["uid"], metadata["resourceVersion"]):
            return known
        return parse_connector(manifest, known)

    def remove_manifest(self, manifest: Mapping[str, Any]) -> None:
        """Remove a connector that the watch reports as deleted; a later one with the same name stays."""
        metadata = manifest["metadata"]
        removed = self.remove_version(key_of_manifest(manifest), metadata["uid"], metadata["resourceVersion"])
        if removed is not None:
            self._on_change(removed.key)

    def remove_key(self, key: Key) -> None:
        """Remove a connector that a read did not find."""
        known = self.get(key)
        if known is not None and self.remove(known):
            self._on_change(key)

    def leave_namespace(self, namespace: str) -> None:
        """Drop the connectors of a namespace that can no longer be read."""
        for connector in self.drop_namespace(namespace):
            self._on_change(connector.key)

    def retain(self, listing: Listing) -> None:
        """Remove what a full list does not contain."""
        for connector in self.retain_listed(frozenset(listing.uids.values()), listing.version, listing.namespace):
            self._on_change(connector.key)
