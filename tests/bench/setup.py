"""The processes of a benchmark and their cost: CPU and memory as the kernel counts them."""

import asyncio
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
from devtools.cluster.pki import Authority
from devtools.local.child import Child
from devtools.local.temporary_folder import temporary_folder
from oauth_connector.kube.client import METADATA
from tests.bench.bare_client import CONNECTORS, JSON, SECRETS, BareClient
from tests.bench.connector_kinds import HOST, Endpoint
from tests.bench.machine import TICKS
from tests.bench.watched import WatchedObjects
from tests.support.cluster import until
from tests.support.operator_process import OperatorProcess, StandaloneOperator

ROOT = Path(__file__).parents[2]
MANIFESTS = tuple(ROOT / "deploy" / "kustomize" / "base" / name for name in ("namespace.yaml", "operator.yaml"))
"""The operator without its admission policies."""
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

    def __init__(self, plane: ControlPlane, operator: OperatorProcess, endpoint: Endpoint) -> None:
        self.plane = plane
        self.operator = operator
        self.endpoint = endpoint

    async def __aenter__(self) -> Self:
        self._stack = AsyncExitStack()
        self.admin = await self._stack.enter_async_context(BareClient(self.plane.kubeconfig))
        account = self.plane.kubeconfig_for("oauth-connector-system", "oauth-connector")
        self.writer = await self._stack.enter_async_context(BareClient(account))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()
        await self.operator.stop()

    def api_cost(self) -> Cost:
        """Return the cost of the API server so far."""
        return Cost.of(self.plane.pid(API_SERVER))

    def operator_cost(self) -> Cost:
        """Return the cost of the operator so far."""
        return Cost.of(self.operator.pid)

    async def api_allocations(self) -> float:
        """Return how many objects the API server has allocated: its work, whatever else the processors do."""
        page = [line async for line in self.admin.follow("/metrics", "text/plain")]
        return next(float(line.split()[1]) for line in page if line.startswith(b"go_memstats_mallocs_total "))

    async def take_token_requests(self) -> list[tuple[str, float]]:
        """Return name and time of the token requests since the last call."""
        url = f"http://{HOST}:{self.endpoint.port}/"
        async with aiohttp.ClientSession() as session, session.get(url) as answer:
            return [(name, at) for name, at in orjson.loads(await answer.read())]

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
        """Create a namespace; delete it afterwards and wait."""
        await self.admin.call("POST", "/api/v1/namespaces", {"metadata": {"name": name}})
        try:
            yield name
        finally:
            await self.admin.call("DELETE", f"/api/v1/namespaces/{name}")
            await until(lambda: self._is_gone(name), within=600)

    def watch_outputs(self, namespace: str) -> WatchedObjects:
        """Return a watch of the Secrets that the operator has written in a namespace: the metadata."""
        selector = "oauthconnector.dev/managed=true"
        return WatchedObjects(self.admin, SECRETS.format(namespace), accept=METADATA, selector=selector)

    def watch_connectors(self, namespace: str) -> WatchedObjects:
        """Return a watch of the connectors of a namespace."""
        return WatchedObjects(self.admin, CONNECTORS.format(namespace), accept=JSON)

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
        authority = Authority(folder, "provider")
        certificate, key = authority.server("provider-server", [HOST])
        log = folder / "provider.log"
        provider = Child([sys.executable, "-m", "tests.bench.provider", str(certificate), str(key)], log)
        try:
            await until(lambda: asyncio.to_thread(lambda: log.exists() and len(log.read_text().split()) == 2))
            ports = [int(port) for port in log.read_text().split()]
            account = plane.kubeconfig_for("oauth-connector-system", "oauth-connector")
            endpoint = Endpoint(ports[0], ports[1], authority.certificate)
            async with BenchSetup(plane, StandaloneOperator(folder, account, ports), endpoint) as setup:
                yield setup
        finally:
            provider.kill()
