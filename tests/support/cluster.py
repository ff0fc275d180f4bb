"""Access to the real API server for tests: as administrator, in one namespace, with plain objects."""

import asyncio
import base64
import itertools
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from devtools.cluster.control_plane import ControlPlane
from oauth_connector.kube.access import from_kubeconfig
from oauth_connector.kube.client import KubeAPI
from oauth_connector.kube.errors import KubeError

Manifest = dict[str, Any]
CONNECTORS = "/apis/oauthconnector.dev/v1alpha1"
MERGE = "application/merge-patch+json"
CREATORS = 16
"""Objects of a large number that are created at once."""

FIRST_PAUSE, LONGEST_PAUSE = 0.02, 0.25
"""Seconds between two looks at a condition: most look at the API server, and a long wait may end a little later."""

_numbers = itertools.count(1)


class Namespace:
    """A namespace of a test."""

    def __init__(self, api: KubeAPI, name: str) -> None:
        self.api = api
        self.name = name

    # --- objects ------------------------------------------------------------------------------------------------
    async def add_secret(self, name: str, /, annotations: Mapping[str, str] | None = None, **values: str) -> Manifest:
        """Create a Secret; `_` in a key stands for `-`."""
        data = {key.replace("_", "-"): value for key, value in values.items()}
        metadata = {"name": name, "annotations": dict(annotations or {})}
        body = {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": data}
        return await self.api.request("POST", self._path("secrets"), body=body)

    async def add_config_map(self, name: str, data: Mapping[str, str]) -> Manifest:
        """Create a ConfigMap."""
        body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": dict(data)}
        return await self.api.request("POST", self._path("configmaps"), body=body)

    async def add_quota(self, name: str, hard: Mapping[str, str]) -> Manifest:
        """Create a ResourceQuota, and wait until it is enforced."""
        body = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": name}, "spec": {"hard": dict(hard)}}
        made = await self.api.request("POST", self._path("resourcequotas"), body=body)

        async def counts() -> bool:
            return "hard" in ((await self.get("resourcequotas", name)) or {}).get("status", {})

        await until(counts)
        return made

    async def add_connector(self, name: str, spec: Manifest) -> Manifest:
        """Create a connector."""
        body = {
            "apiVersion": "oauthconnector.dev/v1alpha1",
            "kind": "OAuthConnector",
            "metadata": {"name": name},
            "spec": spec,
        }
        user = {"fieldManager": "a-user"}
        return await self.api.request("POST", self._path("oauthconnectors"), query=user, body=body)

    async def add_connectors(self, prefix: str, count: int, spec: Manifest) -> None:
        """Create `count` connectors named `prefix` and a number, a few at a time."""
        numbers = iter(range(count))

        async def create() -> None:
            for number in numbers:
                await self.add_connector(f"{prefix}{number}", spec)

        await asyncio.gather(*(create() for _ in range(CREATORS)))

    async def edit(self, plural: str, name: str, patch: Manifest) -> Manifest:
        """Merge a patch into an object, as a user does."""
        path, query = self._path(plural, name), {"fieldManager": "a-user"}
        return await self.api.request("PATCH", path, query=query, body=patch, content_type=MERGE)

    async def request_refresh(self, name: str, text: str) -> None:
        """Request a refresh of a connector by annotation, as a user does."""
        annotations = {"oauthconnector.dev/refresh-requested-at": text}
        await self.edit("oauthconnectors", name, {"metadata": {"annotations": annotations}})

    async def edit_secret(self, name: str, **values: str) -> Manifest:
        """Change values of a Secret."""
        data = {key.replace("_", "-"): base64.b64encode(value.encode()).decode() for key, value in values.items()}
        return await self.edit("secrets", name, {"data": data})

    async def get(self, plural: str, name: str) -> Manifest | None:
        """Read an object; return None if it does not exist."""
        try:
            return await self.api.request("GET", self._path(plural, name))
        except KubeError as error:
            if error.status == 404:
                return None
            raise

    async def items(self, plural: str, group: str | None = None) -> list[Manifest]:
        """List objects."""
        path = f"/apis/{group}/v1/namespaces/{self.name}/{plural}" if group else self._path(plural)
        return (await self.api.request("GET", path))["items"] or []

    async def delete(self, plural: str, name: str) -> None:
        """Delete an object."""
        await self.api.request("DELETE", self._path(plural, name))

    # --- what tests look at -------------------------------------------------------------------------------------
    async def values(self, name: str) -> dict[str, str] | None:
        """Return the values of a Secret as text; None if it does not exist."""
        secret = await self.get("secrets", name)
        if secret is None:
            return None
        return {key: base64.b64decode(value).decode() for key, value in (secret.get("data") or {}).items()}

    async def token(self, name: str) -> str | None:
        """Return the token in a Secret, or None."""
        return (await self.values(name) or {}).get("access_token")

    async def conditions(self, connector: str) -> dict[str, str]:
        """Return the reason of each true condition, and that of `Ready` always, marked if it is not true."""
        return _read_conditions(await self.get("oauthconnectors", connector) or {})

    async def wait_for_conditions(self, connector: str, within: float = 20.0, **reasons: str) -> None:
        """Wait until the conditions are exactly these; `not_Ready` stands for a false `Ready`.

        Beside them `RefreshLate` is expected where a short token is refreshed by default, and nowhere else.
        """
        expected = {kind.replace("_", " "): reason for kind, reason in reasons.items()}

        async def as_expected() -> bool:
            found = await self.get("oauthconnectors", connector) or {}
            late = {"RefreshLate": "RefreshLate"} if _has_short_margin(found, expected) else {}
            return _read_conditions(found) == expected | late

        try:
            await until(as_expected, within)
        except TimeoutError:
            raise AssertionError(f"{connector} shows {await self.conditions(connector)}, not {expected}") from None

    def _path(self, plural: str, name: str | None = None) -> str:
        base = CONNECTORS if plural.startswith("oauth") else "/api/v1"
        return f"{base}/namespaces/{self.name}/{plural}" + (f"/{name}" if name else "")


def _read_conditions(connector: Manifest) -> dict[str, str]:
    conditions = (connector.get("status") or {}).get("conditions", [])
    return {c["type"] if c["status"] == "True" else f"not {c['type']}": c["reason"] for c in conditions}


def _has_short_margin(connector: Manifest, expected: Mapping[str, str]) -> bool:
    """Return whether a valid token of less than 150 s is refreshed by default, and nothing is wrong with that."""
    status = connector.get("status") or {}
    if "Ready" not in expected or "RefreshFailed" in expected or not {"issueTime", "nextRefreshTime"} <= status.keys():
        return False
    issued, expires = (datetime.fromisoformat(status[name]) for name in ("issueTime", "expirationTime"))
    return (expires - issued).total_seconds() < 150 and "refresh" not in connector["spec"]


async def until(condition: Callable[[], Awaitable[object]], within: float = 20.0) -> None:
    """Wait for a condition. Raises `TimeoutError`."""
    began = time.monotonic()
    async with asyncio.timeout(within):
        while not await condition():
            await asyncio.sleep(min(FIRST_PAUSE + (time.monotonic() - began) / 20, LONGEST_PAUSE))


@asynccontextmanager
async def admin_of(plane: ControlPlane) -> AsyncIterator[KubeAPI]:
    """Return a client with the permissions of an administrator."""
    async with KubeAPI(from_kubeconfig(plane.kubeconfig)) as api:
        yield api


@asynccontextmanager
async def new_namespace(api: KubeAPI, name: str | None = None) -> AsyncIterator[Namespace]:
    """Create a namespace with this name, and delete it afterwards without waiting; by default with a unique name.

    One with a unique name stays, without what operators act on: to delete a namespace costs a control plane as much CPU
    time as a hundred requests.
    """
    made = name or f"test-{next(_numbers)}"
    await api.request("POST", "/api/v1/namespaces", body={"metadata": {"name": made}})
    try:
        yield Namespace(api, made)
    finally:
        own = [f"{CONNECTORS}/namespaces/{made}/{plural}" for plural in ("oauthconnectors", "oauthconsents")]
        for path in [f"/api/v1/namespaces/{made}"] if name else own:
            await _delete(api, path)


async def _delete(api: KubeAPI, path: str) -> None:
    """Delete an object or all of a collection; again if a thousand of them take longer than the client waits."""
    while True:
        try:
            await api.request("DELETE", path)
        except KubeError as error:
            if error.reason == TimeoutError.__name__:
                continue
            if error.status not in (404, 409):
                raise
        return
