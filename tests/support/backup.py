"""A backup of connectors and Secrets as Velero makes it: restored objects have new UIDs, no owners and no status."""

from dataclasses import dataclass
from typing import Any

from tests.support.cluster import Manifest, Namespace

LOST = ("uid", "resourceVersion", "creationTimestamp", "generation", "managedFields", "ownerReferences", "selfLink")
RESTORER = {"fieldManager": "velero-server"}


@dataclass(frozen=True, slots=True)
class Backup:
    """Connectors, and the Secrets that the operator wrote, at one point in time."""

    namespace: Namespace
    connectors: tuple[Manifest, ...]
    secrets: tuple[Manifest, ...]

    async def restore_connectors(self) -> None:
        """Create the connectors again."""
        await self._create("oauthconnectors", self.connectors)

    async def restore_secrets(self) -> None:
        """Create the Secrets again."""
        await self._create("secrets", self.secrets)

    async def _create(self, plural: str, objects: tuple[Manifest, ...]) -> None:
        base = "/apis/oauthconnector.dev/v1alpha1" if plural == "oauthconnectors" else "/api/v1"
        path = f"{base}/namespaces/{self.namespace.name}/{plural}"
        for each in objects:
            await self.namespace.api.request("POST", path, query=RESTORER, body=each)


async def take_backup(namespace: Namespace) -> Backup:
    """Back up a namespace."""
    connectors = await namespace.items("oauthconnectors")
    secrets = [s for s in await namespace.items("secrets") if _is_managed(s)]
    head = {"apiVersion": "oauthconnector.dev/v1alpha1", "kind": "OAuthConnector"}
    return Backup(namespace, tuple(_strip(head | c) for c in connectors), tuple(map(_strip, secrets)))


async def find_owners(namespace: Namespace, connector: str) -> list[list[str]]:
    """Return the UIDs of the owners of the output Secret and of the state Secret."""
    names = (f"{connector}-token", f"{connector}-oauth-state")
    found = [(await namespace.get("secrets", name)) or {"metadata": {}} for name in names]
    return [[owner["uid"] for owner in secret["metadata"].get("ownerReferences", [])] for secret in found]


def _is_managed(secret: Manifest) -> bool:
    return (secret["metadata"].get("labels") or {}).get("oauthconnector.dev/managed") == "true"


def _strip(manifest: Manifest) -> dict[str, Any]:
    metadata = {name: value for name, value in manifest["metadata"].items() if name not in LOST}
    return {name: value for name, value in manifest.items() if name != "status"} | {"metadata": metadata}
