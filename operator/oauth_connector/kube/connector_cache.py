"""Connectors as the API server gives them: read into values, kept in a cache, written back as status only."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Any

from oauth_connector.api.names import REFRESH_REQUESTED, REVOKE_REQUESTED
from oauth_connector.api.v1alpha1.parsing import parse_spec
from oauth_connector.api.v1alpha1.status import LONGEST_REFRESH_REQUEST, OAuthConnectorStatus
from oauth_connector.connector.observation import Connector, Key
from oauth_connector.kube.client import METADATA_LIST, KubeAPI
from oauth_connector.kube.paths import ALL_CONNECTORS


def read(manifest: Mapping[str, Any], known: Connector | None = None) -> Connector:
    """Trim an `OAuthConnector` to what a pass needs; nonsense in status is dropped, in spec told as problems.

    The spec of a `known` version is shared where it is of the same generation: it counts the changes of the spec.
    """
    metadata = manifest["metadata"]
    generation = metadata.get("generation", 1)
    same = known is not None and (known.uid, known.generation) == (metadata["uid"], generation)
    return Connector(
        key=Key(metadata["namespace"], metadata["name"]),
        uid=metadata["uid"],
        resource_version=metadata["resourceVersion"],
        generation=generation,
        deleting="deletionTimestamp" in metadata,
        spec=known.spec if known is not None and same else parse_spec(manifest.get("spec") or {}),
        status=OAuthConnectorStatus.read(manifest.get("status") or {}),
        # cut as its echo in status is: a longer value would never equal it, and be acted on for ever
        refresh_request=_request(metadata, REFRESH_REQUESTED),
        revoke_request=_request(metadata, REVOKE_REQUESTED),
    )


def _request(metadata: Mapping[str, Any], annotation: str) -> str | None:
    return (metadata.get("annotations") or {}).get(annotation, "")[:LONGEST_REFRESH_REQUEST] or None


def identity(manifest: Mapping[str, Any]) -> tuple[Key, str]:
    """Give a connector's name and UID."""
    metadata = manifest["metadata"]
    return Key(metadata["namespace"], metadata["name"]), metadata["uid"]


class ConnectorCache:
    """The connectors that the watch has shown, newest version each; tells of each that changed."""

    def __init__(self, on_change: Callable[[Key], None]) -> None:
        self._connectors: dict[Key, Connector] = {}
        self._on_change = on_change

    def __len__(self) -> int:
        return len(self._connectors)

    def __iter__(self) -> Iterator[Connector]:
        return iter(self._connectors.values())

    def get(self, key: Key) -> Connector | None:
        """Give a connector as last seen."""
        return self._connectors.get(key)

    def put(self, connector: Connector) -> bool:
        """Keep a connector unless a newer version of it is known; tell whether it was kept."""
        known = self._connectors.get(connector.key)
        if known is not None and known.uid == connector.uid and _version(known) >= _version(connector):
            return False
        if known is not None and known.uid != connector.uid and _version(known) > _version(connector):
            return False
        self._connectors[connector.key] = connector
        return True

    def see(self, manifest: Mapping[str, Any]) -> None:
        """Take in a connector that a list or the watch shows."""
        connector = self.read(manifest)
        if self.put(connector):
            self._on_change(connector.key)

    def read(self, manifest: Mapping[str, Any]) -> Connector:
        """Read a connector, sharing what has not changed."""
        key, uid = identity(manifest)
        known = self._connectors.get(key)
        version = manifest["metadata"]["resourceVersion"]
        if known is not None and (known.uid, known.resource_version) == (uid, version):
            return known
        return read(manifest, known)

    def gone(self, key: Key, uid: str) -> None:
        """Take out a connector that is gone; a namesake that came after it stays."""
        known = self._connectors.get(key)
        if known is not None and known.uid == uid:
            del self._connectors[key]
            self._on_change(key)

    def only(self, uids: Mapping[Key, str], before: int) -> None:
        """Take out what a full list does not name, of all that is older than the list."""
        for connector in list(self._connectors.values()):
            if uids.get(connector.key) != connector.uid and _version(connector) <= before:
                self.gone(connector.key, connector.uid)


async def list_connectors(api: KubeAPI) -> AsyncIterator[Mapping[str, Any]]:
    """Give all connectors, page by page. Raises `KubeError`."""
    async for page in api.pages(ALL_CONNECTORS):
        for manifest in page.get("items") or ():
            yield manifest


async def list_names(api: KubeAPI) -> tuple[dict[Key, str], int]:
    """Give the UID of every connector, and the version that the list is of. Raises `KubeError`."""
    uids: dict[Key, str] = {}
    version = 0
    async for page in api.pages(ALL_CONNECTORS, accept=METADATA_LIST):
        version = version or int(page["metadata"]["resourceVersion"])
        for item in page.get("items") or ():
            key, uid = identity(item)
            uids[key] = uid
    return uids, version


def _version(connector: Connector) -> int:
    return int(connector.resource_version)
