"""A bare asyncio client: it creates the objects of a benchmark, and its speed is the limit for the operator."""

import asyncio
import base64
import time
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp
import orjson

from oauth_connector.kube.access import from_kubeconfig

HOST = "127.0.0.1"
IN_FLIGHT = 64
JSON = "application/json"
CONNECTORS = "/apis/oauthconnector.dev/v1alpha1/namespaces/{}/oauthconnectors"
SECRETS = "/api/v1/namespaces/{}/secrets"

Manifest = dict[str, Any]


class BareClient:
    """HTTP and JSON only: no retries, no caches, no checks except the status."""

    def __init__(self, kubeconfig: Path) -> None:
        self._access = from_kubeconfig(kubeconfig)

    async def __aenter__(self) -> Self:
        self._stack = AsyncExitStack()
        connector = aiohttp.TCPConnector(limit=IN_FLIGHT, ssl=self._access.ssl_context())
        self._session = await self._stack.enter_async_context(aiohttp.ClientSession(connector=connector))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def call(
        self, method: str, path: str, body: object = None, kind: str = JSON, *, accept: str = JSON
    ) -> Manifest:
        """Send a request and return the response. Raises `RuntimeError` for an error status."""
        token = self._access.tokens.current().get_secret_value() if self._access.tokens else ""
        headers = {"Authorization": f"Bearer {token}", "Content-Type": kind, "Accept": accept}
        data = orjson.dumps(body) if body is not None else None
        async with self._session.request(method, self._access.server + path, data=data, headers=headers) as answer:
            content = await answer.read()
            if answer.status >= 300:
                raise RuntimeError(f"{method} {path}: {answer.status}")
            document: Manifest = orjson.loads(content)
            return document

    async def token(self, url: str) -> str:
        """Request a token as the operator does."""
        authorization = f"Basic {base64.b64encode(b'robot:secret').decode()}"
        data, headers = {"grant_type": "client_credentials"}, {"Authorization": authorization}
        async with self._session.post(url, data=data, headers=headers) as answer:
            return str(orjson.loads(await answer.read())["access_token"])


def connector_manifest(name: str, url: str) -> Manifest:
    """Return a connector whose token endpoint is a URL."""
    spec = {
        "grantType": "ClientCredentials",
        "provider": {"tokenURL": url},
        "client": {"id": "robot", "secretRef": {"name": "robot"}},
    }
    return {
        "apiVersion": "oauthconnector.dev/v1alpha1",
        "kind": "OAuthConnector",
        "metadata": {"name": name},
        "spec": spec,
    }


async def apply(admin: BareClient, namespace: str, names: Iterable[str], url: str) -> None:
    """Create connectors, 64 at a time."""

    async def create(name: str) -> None:
        await admin.call("POST", CONNECTORS.format(namespace), connector_manifest(name, f"{url}/{name}"))

    await for_each(names, create)


async def reconcile_bare(admin: BareClient, writer: BareClient, namespace: str, names: Iterable[str], url: str) -> None:
    """Create connectors, and do the operator's work for each: one token request, one Secret, one status."""

    async def do(name: str) -> None:
        made = await admin.call("POST", CONNECTORS.format(namespace), connector_manifest(name, f"{url}/{name}"))
        token = await writer.token(f"{url}/{name}")
        await writer.call("POST", SECRETS.format(namespace), _secret(made, token))
        status = [{"op": "add", "path": "/status", "value": _status(name)}]
        path = f"{CONNECTORS.format(namespace)}/{name}/status"
        await writer.call("PATCH", path, status, "application/json-patch+json")

    await for_each(names, do)


async def for_each(names: Iterable[str], work: Callable[[str], Awaitable[None]]) -> None:
    """Call a function for each name, 64 at a time."""
    upcoming = iter(names)

    async def worker() -> None:
        for name in upcoming:
            await work(name)

    await asyncio.gather(*(worker() for _ in range(IN_FLIGHT)))


def _secret(connector: Manifest, token: str) -> Manifest:
    """Return a Secret of the size that the operator writes."""
    metadata = connector["metadata"]
    now = _now()
    prefix = "oauthconnector.dev/"
    owner = {
        "apiVersion": connector["apiVersion"],
        "kind": "OAuthConnector",
        "name": metadata["name"],
        "uid": metadata["uid"],
        "controller": True,
    }
    notes = {"connector": metadata["name"], "connector-uid": metadata["uid"], "issued-at": now, "expires-at": now}
    notes |= {"token-digest": "v1:" + "0" * 32, "output-digest": "v1:" + "0" * 32, "fields": "{}"}
    encoded = base64.b64encode(token.encode()).decode()
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "Opaque",
        "metadata": {
            "name": f"{metadata['name']}-token",
            "labels": {f"{prefix}managed": "true"},
            "annotations": {prefix + name: value for name, value in notes.items()},
            "ownerReferences": [owner],
        },
        "data": {"access_token": encoded, "authorization": encoded, "token_type": "QmVhcmVy"},
    }


def _status(name: str) -> Manifest:
    now = _now()
    ready: Manifest = {"type": "Ready", "status": "True", "reason": "TokenIssued", "lastTransitionTime": now}
    ready |= {"message": f"Secret `{name}-token` contains a valid token.", "observedGeneration": 1}
    times = dict.fromkeys(("issueTime", "expirationTime", "nextRefreshTime", "lastRefreshTime"), now)
    seen = [{"name": "robot", "uid": "0" * 36, "resourceVersion": "1"}]
    status = {"observedGeneration": 1, "secretRef": {"name": f"{name}-token"}, "tokenType": "Bearer"}
    return {**status, **times, "observedCredentials": seen, "conditions": [ready]}


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
