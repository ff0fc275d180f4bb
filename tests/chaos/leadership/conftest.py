"""Several replicas of the operator by one Lease, and connectors whose token requests are counted."""

import asyncio
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from devtools.authorization_servers.authorization_server import AuthorizationServer
from oauth_connector.kube.client import KubeAPI
from oauth_connector.kube.errors import KubeError
from oauth_connector.kube.paths import lease_path, pod_path
from tests.support.cluster import Manifest, Namespace, until
from tests.support.control_plane import CANARY
from tests.support.faulty_proxy import FaultyProxy
from tests.support.grant_connectors import PUBLIC_URL, GrantConnectorFactory
from tests.support.operator_process import FAILURE, OperatorProcess

SYSTEM = "oauth-connector-system"
LEASE = lease_path(SYSTEM, "oauth-connector")
POD = {
    "containers": [
        {
            "name": "operator",
            "image": "any",
            "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
        }
    ],
    "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
}
"""The spec of a Pod that no node runs: the replicas ask the API server only whether it exists."""

QUICK: dict[str, Any] = {"leaseDurationSeconds": 5, "renewDeadlineSeconds": 3, "leaseRetrySeconds": 0.5}
"""The intervals of production, shortened in proportion."""

PRODUCTION: dict[str, Any] = {}
"""The default intervals."""


@dataclass
class Replicas:
    """The replicas that a test has started; each has a Pod of its own in the API."""

    folder: Path
    kubeconfig: Path
    admin: KubeAPI
    ports: Sequence[int]
    started: list[OperatorProcess] = field(default_factory=list)

    async def start(
        self, kind: type[OperatorProcess] = OperatorProcess, kubeconfig: Path | None = None, **settings: object
    ) -> OperatorProcess:
        """Start one more replica, and wait until it is ready."""
        name = f"operator-{len(self.started)}"
        folder = self.folder / name
        folder.mkdir()
        await self.admin.create(
            f"/api/v1/namespaces/{SYSTEM}/pods", {"metadata": {"name": name}, "spec": POD}, "a-test"
        )
        shared = {"leaderElection": True, "podName": name, "publicURL": PUBLIC_URL, **settings}
        replica = kind(folder, kubeconfig or self.kubeconfig, self.ports, **shared)
        self.started.append(replica)
        await replica.start()
        return replica

    async def read_lease(self) -> Manifest:
        """Return the spec of the Lease."""
        return dict((await self.admin.get(LEASE))["spec"])

    async def wait_until_leading(self, *replicas: OperatorProcess, within: float = 60.0) -> None:
        """Wait until a replica leads, or one of several."""

        async def has_leader() -> bool:
            return any([await is_leading(replica) for replica in replicas])

        await until(has_leader, within)


async def is_leading(replica: OperatorProcess) -> bool:
    """Return whether a replica leads, by its metrics."""
    _, page = await replica.page("/metrics")
    return re.search(r"^oauth_connector_leader\{.*\} 1.0$", page, re.MULTILINE) is not None


def parse_lease_time(text: str) -> datetime:
    """Parse a time of the Lease."""
    return datetime.fromisoformat(text)


@pytest.fixture
async def replicas(
    tmp_path: Path, service_account: Path, admin: KubeAPI, oidc_provider: AuthorizationServer, proxy: FaultyProxy
) -> AsyncIterator[Replicas]:
    """Return the replicas of a test; there is no Lease at its start."""
    await _delete(admin, LEASE)
    made = Replicas(tmp_path, service_account, admin, sorted({oidc_provider.port, proxy.port}))
    yield made
    await asyncio.gather(*(replica.stop() for replica in made.started))
    for number in range(len(made.started)):
        await _delete(admin, pod_path(SYSTEM, f"operator-{number}"))
    await _delete(admin, LEASE)
    for replica in made.started:
        assert CANARY not in replica.read_log(), "a secret was logged"
        assert FAILURE not in replica.read_log(), replica.read_log()


async def _delete(admin: KubeAPI, path: str) -> None:
    try:
        await admin.request("DELETE", path)
    except KubeError as error:
        if error.status != 404:
            raise


@pytest.fixture
def holders(namespace: Namespace, oidc_provider: AuthorizationServer) -> GrantConnectorFactory:
    """Return connectors with grants at oidc-provider, without a proxy."""
    return GrantConnectorFactory(namespace, oidc_provider)


@pytest.fixture
def proxy(oidc_provider_proxy: FaultyProxy) -> FaultyProxy:
    """Return the proxy that counts token requests."""
    return oidc_provider_proxy


@dataclass(frozen=True, slots=True)
class Robots:
    """Connectors for client credentials, each with a client of its own, so that its requests can be counted."""

    namespace: Namespace
    server: AuthorizationServer
    proxy: FaultyProxy

    async def add(self, name: str, lifetime: int) -> None:
        """Create a connector whose tokens have a lifetime in seconds."""
        client = self.server.register(secret=f"{CANARY}{name}", lifetime=lifetime)
        await self.namespace.add_secret(f"{name}-client", client_secret=client.secret.get_secret_value())
        spec = {
            "grantType": "ClientCredentials",
            "provider": {"tokenURL": self.proxy.through(self.server.token_url)},
            "client": {"id": client.id, "secretRef": {"name": f"{name}-client"}},
        }
        await self.namespace.add_connector(name, spec)

    async def wait_until_ready(self, *names: str) -> None:
        """Wait until connectors have their tokens; a short lifetime causes a warning, which does not matter here."""

        async def are_ready() -> bool:
            conditions = [await self.namespace.conditions(name) for name in names]
            return all(shown.get("Ready") == "TokenIssued" for shown in conditions)

        await until(are_ready, within=60)

    async def request_refresh(self, name: str, text: str) -> None:
        """Request a refresh by annotation."""
        await self.namespace.request_refresh(name, text)

    async def wait_for_refresh(self, name: str, text: str) -> None:
        """Wait until status shows that the refresh was handled."""

        async def is_handled() -> bool:
            found = await self.namespace.get("oauthconnectors", name) or {}
            return (found.get("status") or {}).get("lastHandledRefresh") == text

        await until(is_handled, within=60)

    def request_times(self) -> Mapping[str, Sequence[float]]:
        """Return the times of the token requests of each client, in seconds of a monotonic clock."""
        times = defaultdict[str, list[float]](list)
        for call in self.proxy.token_calls:
            times[call.credentials].append(call.time)
        return times


@pytest.fixture
def robots(namespace: Namespace, oidc_provider: AuthorizationServer, proxy: FaultyProxy) -> Robots:
    """Return connectors for client credentials at oidc-provider behind the proxy."""
    return Robots(namespace, oidc_provider, proxy)
