"""The processes of a benchmark and their cost: CPU and memory as the kernel counts them."""

import asyncio
import os
import re
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import aiohttp
import orjson

from devtools.cluster.components import API_SERVER
from devtools.cluster.control_plane import ControlPlane
from devtools.local.child import Child
from devtools.local.temporary_folder import temporary_folder
from oauth_connector.kube.client import METADATA_LIST
from tests.bench.bare_client import CONNECTORS, HOST, SECRETS, BareClient
from tests.support.cluster import until
from tests.support.operator_process import OperatorProcess

ROOT = Path(__file__).parents[2]
MANIFESTS = tuple(ROOT / "deploy" / "kustomize" / "base" / name for name in ("namespace.yaml", "operator.yaml"))
"""The operator without its admission policies."""
TICKS = os.sysconf("SC_CLK_TCK")
WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds so far, and resident memory in KiB."""

    cpu: float
    rss: int

    @staticmethod
    def of(pid: int) -> "Cost":
        """Read the cost of a process from the kernel."""
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        status = Path(f"/proc/{pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+)", status)
        return Cost((int(fields[11]) + int(fields[12])) / TICKS, int(found.group(1)) if found else 0)


class BenchSetup:
    """A control plane, a token endpoint, and optionally the operator."""

    def __init__(self, plane: ControlPlane, operator: OperatorProcess, port: int) -> None:
        self.plane = plane
        self.operator = operator
        self.calls = 0
        self._port = port

    async def __aenter__(self) -> Self:
        self._stack = AsyncExitStack()
        self.admin = await self._stack.enter_async_context(BareClient(self.plane.kubeconfig))
        account = self.plane.kubeconfig_for("oauth-connector-system", "oauth-connector")
        self.writer = await self._stack.enter_async_context(BareClient(account))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()
        await self.operator.stop()

    def url(self, lifetime: int) -> str:
        """Return the token endpoint for tokens with this lifetime in seconds."""
        return f"http://{HOST}:{self._port}/{lifetime}"

    def api_cost(self) -> Cost:
        """Return the cost of the API server so far."""
        return Cost.of(self.plane.pid(API_SERVER))

    def operator_cost(self) -> Cost:
        """Return the cost of the operator so far."""
        return Cost.of(self.operator.pid)

    async def take_token_requests(self) -> list[tuple[str, float]]:
        """Return name and time of the token requests since the last call."""
        async with aiohttp.ClientSession() as session, session.get(f"http://{HOST}:{self._port}/") as answer:
            calls = [(name, at) for name, at in orjson.loads(await answer.read())]
        self.calls += len(calls)
        return calls

    async def api_requests(self) -> Counter[str]:
        """Return the operator's requests to the API server so far, by verb and resource."""
        _, page = await self.operator.page("/metrics")
        counted: Counter[str] = Counter()
        for labels, count in re.findall(r"oauth_connector_api_requests_total\{([^}]*)\} (\S+)", page):
            of = dict(re.findall(r'(\w+)="([^"]*)"', labels))
            counted[f"{of['verb']} {of['resource']}"] += int(float(count))
        return counted

    @asynccontextmanager
    async def namespace(self, name: str) -> AsyncIterator[str]:
        """Create a namespace with the client's secret; delete it afterwards and wait."""
        await self.admin.call("POST", "/api/v1/namespaces", {"metadata": {"name": name}})
        secret = {"metadata": {"name": "robot"}, "stringData": {"client-secret": "secret"}}
        await self.admin.call("POST", SECRETS.format(name), secret)
        try:
            yield name
        finally:
            await self.admin.call("DELETE", f"/api/v1/namespaces/{name}")
            await until(lambda: self._is_gone(name), within=600)

    async def count(self, namespace: str) -> int:
        """Return the number of connector Secrets in a namespace."""
        path = f"{SECRETS.format(namespace)}?labelSelector=oauthconnector.dev/managed=true&resourceVersion=0"
        return len((await self.admin.call("GET", path, accept=METADATA_LIST))["items"])

    async def connectors(self, namespace: str) -> list[dict[str, object]]:
        """Return the connectors of a namespace."""
        found: list[dict[str, object]] = (await self.admin.call("GET", CONNECTORS.format(namespace)))["items"]
        return found

    async def _is_gone(self, namespace: str) -> bool:
        names = (await self.admin.call("GET", "/api/v1/namespaces"))["items"]
        return all(item["metadata"]["name"] != namespace for item in names)


def writes(requests: Counter[str]) -> int:
    """Return the number of requests that write."""
    return sum(count for what, count in requests.items() if what.split()[0] in WRITES)


@asynccontextmanager
async def bench_setup() -> AsyncIterator[BenchSetup]:
    """Start everything except the operator."""
    with temporary_folder("bench-") as folder, ControlPlane(ROOT / "crds", *MANIFESTS) as plane:
        provider = Child([sys.executable, "-m", "tests.bench.provider"], folder / "provider.log")
        try:
            log = folder / "provider.log"
            await until(lambda: asyncio.to_thread(lambda: log.exists() and log.read_text().strip().isdigit()))
            port = int(log.read_text())
            account = plane.kubeconfig_for("oauth-connector-system", "oauth-connector")
            async with BenchSetup(plane, OperatorProcess(folder, account, [port]), port) as setup:
                yield setup
        finally:
            provider.kill()
