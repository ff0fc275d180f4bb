"""The Kubernetes API: one small client, a fifth of the cost of the generated ones.

What each verb does was tried on a real API server; tests/contract/kube holds it to that.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any

from oauth_connector.kube.transport import JSON, Transport

MERGE_PATCH, JSON_PATCH = "application/merge-patch+json", "application/json-patch+json"
METADATA = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
METADATA_LIST = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
"""What to accept for objects without `spec`, `data` and `status`: their metadata is whole, `managedFields` too."""

PAGE = "100"
"""Objects in a page: somebody else may have made each of them large."""


class KubeAPI(Transport):
    """The verbs that are needed here. Paths begin with `/api` or `/apis`; all raise `KubeError`."""

    async def get(self, path: str, accept: str = JSON) -> dict[str, Any]:
        """Read an object."""
        return await self.request("GET", path, accept=accept)

    async def pages(
        self, path: str, query: Mapping[str, str] | None = None, accept: str = JSON
    ) -> AsyncGenerator[dict[str, Any], None]:
        """Read a list in pages of 100, all of one version; an empty list of metadata says `items: null`."""
        more: str | None = ""
        while more is not None:
            asked = {**(query or {}), "limit": PAGE, **({"continue": more} if more else {})}
            page = await self.request("GET", path, query=asked, accept=accept)
            yield page
            more = page["metadata"].get("continue") or None

    async def create(self, path: str, body: Mapping[str, Any], manager: str) -> dict[str, Any]:
        """Write an object that must not exist yet: 409 `AlreadyExists` where it does.

        `managedFields` of the new object give every field to `manager`, in one entry of operation Update. In a
        namespace that is going: 403 with the cause `NamespaceTerminating`.
        """
        return await self.request("POST", path, query={"fieldManager": manager}, body=body)

    async def merge_patch(self, path: str, body: Mapping[str, Any], manager: str) -> dict[str, Any]:
        """Change an object (RFC 7396: `None` removes a key).

        Where `body` carries `metadata.uid` and `metadata.resourceVersion`, a missing object is 404 and never created,
        another version is 409 (even where nothing would change), and the right version with a wrong uid, which only a
        confused caller can know, is 422. What `manager` wrote stays in its one Update entry of `managedFields`, and
        what it removes leaves it. A key that somebody else changes moves to their entry; writing the value that it
        already has does not bring it back, but writing another does, or an entry of our own in `managedFields`.
        """
        return await self.request("PATCH", path, query={"fieldManager": manager}, body=body, content_type=MERGE_PATCH)

    async def json_patch(self, path: str, operations: Sequence[Mapping[str, Any]], manager: str) -> dict[str, Any]:
        """Change an object by operations (RFC 6902).

        `add /metadata/resourceVersion` as the first makes another version a 409, on `/status` too; `add /status` then
        replaces the whole status, whether there was one or not.
        """
        query = {"fieldManager": manager}
        return await self.request("PATCH", path, query=query, body=operations, content_type=JSON_PATCH)

    async def delete(self, path: str, uid: str, resource_version: str) -> None:
        """Delete an object that is as it was last seen: 409 where it is not, 404 where it is gone."""
        body = {"preconditions": {"uid": uid, "resourceVersion": resource_version}}
        await self.request("DELETE", path, body=body)
