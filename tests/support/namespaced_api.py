"""An API server in memory that serves lists of some namespaces and refuses those of others, as RBAC does."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

from oauth_connector.kube.errors import KubeError
from tests.support.builders import a_spec

FORBIDDEN = KubeError(403, "Forbidden")


class NamespacedAPI:
    """Connectors by namespace, each with its Secret; `refused` contains the paths' parts that are refused."""

    def __init__(self, **connectors: list[str]) -> None:
        self.connectors = connectors
        self.refused: set[str] = set()
        self.lists: list[str] = []

    async def read_pages(self, path: str, _query: object = None, _accept: str = "") -> AsyncIterator[dict[str, Any]]:
        """Yield one page."""
        self.lists.append(path)
        self._refuse(path)
        await asyncio.sleep(0.01)
        yield {"metadata": {"resourceVersion": "100"}, "items": self._items(path)}

    async def read_lines(
        self, path: str, query: Mapping[str, str], _accept: str, _silence: float
    ) -> AsyncIterator[bytes]:
        """Open a watch without events, which the server ends in time."""
        self._refuse(path)
        await asyncio.sleep(float(query["timeoutSeconds"]))
        lines: tuple[bytes, ...] = ()
        for line in lines:
            yield line

    def _refuse(self, path: str) -> None:
        if any(part in path for part in self.refused):
            raise FORBIDDEN

    def _items(self, path: str) -> list[dict[str, Any]]:
        namespace, plural = path.split("/")[-2:]
        names = self.connectors.get(namespace, [])
        if plural == "oauthconnectors":
            return [{**_metadata(namespace, name), "spec": a_spec()} for name in names]
        return [_metadata(namespace, f"{name}-token") for name in names] if plural == "secrets" else []


def _metadata(namespace: str, name: str) -> dict[str, Any]:
    labels = {"oauthconnector.dev/managed": "true"}
    uid = f"uid-{namespace}-{name}"
    metadata = {"namespace": namespace, "name": name, "uid": uid, "resourceVersion": "7", "labels": labels}
    return {"metadata": metadata}
