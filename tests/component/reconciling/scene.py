"""A scene of most stories: a client registered at a real server, its secret in the cluster, a proxy between."""

from dataclasses import dataclass
from typing import Any

from devtools.authorization_servers.authorization_server import AuthorizationServer
from devtools.authorization_servers.registrations import RegisteredClient
from tests.support.cluster import Namespace
from tests.support.faulty_proxy import FaultyProxy
from tests.support.operator_process import OperatorProcess


@dataclass(frozen=True, slots=True)
class Scene:
    """One client of one server, seen through a proxy."""

    namespace: Namespace
    server: AuthorizationServer
    proxy: FaultyProxy
    client: RegisteredClient
    running: OperatorProcess | None = None

    @property
    def operator(self) -> OperatorProcess:
        """The operator, where the scene began with it."""
        assert self.running is not None
        return self.running

    @property
    def port(self) -> int:
        """The proxy's port."""
        return int(self.proxy.origin.rsplit(":", 1)[1])

    @property
    def calls(self) -> int:
        """How many token requests reached the proxy."""
        return len(self.proxy.token_calls)

    def spec(self, **changes: Any) -> dict[str, Any]:  # YAML as people write it
        """Give a client credentials spec that goes through the proxy."""
        spec = {
            "grantType": "ClientCredentials",
            "provider": {"tokenURL": self.proxy.through(self.server.token_url)},
            "client": {"id": self.client.id, "secretRef": {"name": "robot"}},
        }
        return {**spec, **changes}

    async def add_client_secret(self, secret: str | None = None) -> None:
        """Put the client's secret into the cluster, or another in its place."""
        await self.namespace.add_secret("robot", client_secret=secret or self.client.secret.get_secret_value())

    async def connect(self, name: str = "crm", **changes: Any) -> None:  # as spec
        """Create a connector and wait for its token."""
        await self.namespace.add_connector(name, self.spec(**changes))
        await self.namespace.shows(name, Ready="TokenIssued")


def enter(namespace: Namespace, server: AuthorizationServer, proxy: FaultyProxy, lifetime: int = 600) -> Scene:
    """Register a client whose tokens live so long."""
    return Scene(namespace, server, proxy, server.register(secret="c4n4ry-client-secret", lifetime=lifetime))
