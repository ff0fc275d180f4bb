"""A bare asyncio client: its speed is the limit for the operator."""

import base64
import ssl
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

import aiohttp
import orjson

from oauth_connector.kube.access import from_kubeconfig
from tests.bench.connector_kinds import ConnectorKind, Manifest
from tests.bench.pace import Pace, many_at_once

JSON = "application/json"
CONNECTORS = "/apis/oauthconnector.dev/v1alpha1/namespaces/{}/oauthconnectors"
SECRETS = "/api/v1/namespaces/{}/secrets"


class Issued(NamedTuple):
    """When the Secret of a connector existed, on the monotonic clock, and the seconds since its connector was sent."""

    at: float
    seconds: float


class BareClient:
    """HTTP and JSON only: no retries, no caches, no checks except the status."""

    def __init__(self, kubeconfig: Path) -> None:
        self._access = from_kubeconfig(kubeconfig)

    async def __aenter__(self) -> Self:
        self._stack = AsyncExitStack()
        # the pace limits the requests. With a limit here, one more request would wait until all others are done.
        connector = aiohttp.TCPConnector(limit=0, ssl=self._access.ssl_context())
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

    async def follow(self, path: str, accept: str) -> AsyncIterator[bytes]:
        """Yield the lines of a watch, until the API server ends it."""
        token = self._access.tokens.current().get_secret_value() if self._access.tokens else ""
        headers, endless = {"Authorization": f"Bearer {token}", "Accept": accept}, aiohttp.ClientTimeout(total=None)
        async with self._session.get(self._access.server + path, headers=headers, timeout=endless) as answer:
            answer.raise_for_status()
            async for line in answer.content:
                yield line

    async def token(self, url: str, trusted: ssl.SSLContext | None) -> str:
        """Request a token as the operator does, over TLS if the endpoint has it."""
        authorization = f"Basic {base64.b64encode(b'robot:secret').decode()}"
        data, headers = {"grant_type": "client_credentials"}, {"Authorization": authorization}
        async with self._session.post(url, data=data, headers=headers, ssl=trusted or True) as answer:
            return str(orjson.loads(await answer.read())["access_token"])


async def apply(
    admin: BareClient, namespace: str, names: Iterable[str], kind: ConnectorKind, pace: Pace = many_at_once
) -> None:
    """Create connectors."""

    async def create(name: str) -> None:
        await admin.call("POST", CONNECTORS.format(namespace), kind.manifest(name))

    await pace(names, create)


async def add_secrets(admin: BareClient, namespace: str, names: Iterable[str], kind: ConnectorKind) -> None:
    """Create the credential Secrets that connectors of a kind name."""

    async def create(secret: Manifest) -> None:
        await admin.call("POST", SECRETS.format(namespace), secret)

    secrets = {secret["metadata"]["name"]: secret for name in names for secret in kind.secrets(name)}
    await many_at_once(secrets.values(), create)


async def reconcile_bare(
    admin: BareClient,
    writer: BareClient,
    namespace: str,
    names: Iterable[str],
    kind: ConnectorKind,
    *,
    reads: bool,
    pace: Pace = many_at_once,
) -> list[Issued]:
    """Create connectors, and do the operator's work for each: one token request, one Secret, one status.

    `reads`: read the credential first, too.
    """
    trusted = kind.trusted  # one for all: with another one aiohttp opens another connection
    issued = list[Issued]()

    async def do(name: str) -> None:
        started = time.monotonic()
        made = await admin.call("POST", CONNECTORS.format(namespace), kind.manifest(name))
        if reads:
            await writer.call("GET", f"{SECRETS.format(namespace)}/{kind.credential(name)}")
        token = await writer.token(kind.url(name), trusted)
        await writer.call("POST", SECRETS.format(namespace), _secret(made, token))
        now = time.monotonic()
        issued.append(Issued(now, now - started))
        status = [{"op": "add", "path": "/status", "value": _status(name)}]
        path = f"{CONNECTORS.format(namespace)}/{name}/status"
        await writer.call("PATCH", path, status, "application/json-patch+json")

    await pace(names, do)
    return issued


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
