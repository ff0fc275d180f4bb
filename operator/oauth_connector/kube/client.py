"""A small client of the Kubernetes API, at a fifth of the cost of the generated ones.

The described behaviour of each verb is that of a real API server; tests/contract/kube verifies it.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from pydantic import SecretStr

from oauth_connector.kube.api_tokens import FixedToken
from oauth_connector.kube.errors import FORBIDDEN, NOT_FOUND, UNAUTHORIZED, KubeError
from oauth_connector.kube.paths import SELF_REVIEWS
from oauth_connector.kube.transport import JSON, Transport

MERGE_PATCH, JSON_PATCH = "application/merge-patch+json", "application/json-patch+json"
METADATA = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
METADATA_LIST = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
"""Values of `Accept` for objects without `spec`, `data` and `status`; the metadata contains `managedFields`."""

PAGE = "100"
"""Objects in a page. Each may be large."""


@asynccontextmanager
async def _run_beside(reading: Coroutine[Any, Any, dict[str, Any]]) -> AsyncIterator[asyncio.Task[dict[str, Any]]]:
    """Start a request and let it be written; it is cancelled where the block ends without its response."""
    task = asyncio.create_task(reading)
    try:
        await asyncio.sleep(0)  # the task begins
        await asyncio.sleep(0)  # the event loop writes
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


class KubeAPI(Transport):
    """The verbs that the project uses. Paths begin with `/api` or `/apis`. All methods raise `KubeError`."""

    async def get(self, path: str, accept: str = JSON) -> dict[str, Any]:
        """Read an object."""
        return await self.request("GET", path, accept=accept)

    async def find(self, path: str, accept: str = JSON) -> dict[str, Any] | None:
        """Read an object; `None` where there is none (404)."""
        try:
            return await self.get(path, accept)
        except KubeError as error:
            if error.status == NOT_FOUND:
                return None
            raise

    async def read_pages(
        self, path: str, query: Mapping[str, str] | None = None, accept: str = JSON
    ) -> AsyncGenerator[dict[str, Any], None]:
        """Yield the pages of a list, all of one version. Without objects, `items` of a metadata list is null.

        The next page is requested before a page is yielded: the API server prepares it while the caller computes.
        """
        page = await self._read_page(path, query, accept)
        while more := page["metadata"].get("continue"):
            async with _run_beside(self._read_page(path, query, accept, more)) as following:
                yield page
                page = await following
        yield page

    async def _read_page(
        self, path: str, query: Mapping[str, str] | None, accept: str, more: str = ""
    ) -> dict[str, Any]:
        parameters = {**(query or {}), "limit": PAGE, **({"continue": more} if more else {})}
        return await self.request("GET", path, query=parameters, accept=accept)

    async def create(self, path: str, body: Mapping[str, Any], manager: str) -> dict[str, Any]:
        """Write an object that must not exist yet: 409 `AlreadyExists` where it does.

        `managedFields` of the new object give every field to `manager`, in one entry of operation Update. In a
        terminating namespace: 403 with the cause `NamespaceTerminating`.
        """
        return await self.request("POST", path, query={"fieldManager": manager}, body=body)

    async def dry_run(self, path: str, body: Mapping[str, Any], manager: str) -> None:
        """Return without an error where `create` would succeed; create nothing."""
        await self.request("POST", path, query={"fieldManager": manager, "dryRun": "All"}, body=body)

    async def merge_patch(self, path: str, body: Mapping[str, Any], manager: str) -> dict[str, Any]:
        """Change an object (RFC 7396: `None` removes a key).

        When `body` contains `metadata.uid` and `metadata.resourceVersion`, a missing object is 404 and never created,
        another version is 409 (even when nothing would change), and the right version with a wrong uid is 422.
        What `manager` wrote stays in its one Update entry of `managedFields`, and what it removes leaves the entry. A
        key that another manager changes moves to the entry of that manager. To write the same value does not move it
        back. To write another value does, and so does an entry in `managedFields` of the patch.
        """
        return await self.request("PATCH", path, query={"fieldManager": manager}, body=body, content_type=MERGE_PATCH)

    async def json_patch(self, path: str, operations: Sequence[Mapping[str, Any]], manager: str) -> dict[str, Any]:
        """Change an object by operations (RFC 6902).

        `add /metadata/resourceVersion` as the first makes another version a 409, on `/status` too; `add /status` then
        replaces the whole status, whether there was one or not.
        """
        query = {"fieldManager": manager}
        return await self.request("PATCH", path, query=query, body=operations, content_type=JSON_PATCH)

    async def accepts_token(self, token: SecretStr) -> bool:
        """Return whether the API server accepts a token: it answers 401 where not, also if anonymous users may read.

        What the user of the token may do there makes no difference.
        """
        access = replace(self._access, tokens=FixedToken(token), certificate=None)
        review = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
        async with KubeAPI(access, timeout=self._timeout) as other:
            try:
                await other.request("POST", SELF_REVIEWS, body=review)
            except KubeError as error:
                if error.status == UNAUTHORIZED:
                    return False
                if error.status != FORBIDDEN:
                    raise
        return True

    async def delete(self, path: str, uid: str, resource_version: str) -> None:
        """Delete an object of this version: 409 when it has changed, 404 when it does not exist."""
        body = {"preconditions": {"uid": uid, "resourceVersion": resource_version}}
        await self.request("DELETE", path, body=body)
