"""A client of a real authorization server, with its secret in the cluster, and a proxy between operator and server."""

from dataclasses import dataclass
from typing import Any

from devtools.authorization_servers.authorization_server import AuthorizationServer
from devtools.authorization_servers.registrations import RegisteredClient
from tests.support.cluster import Namespace
from tests.support.faulty_proxy import FaultyProxy
from tests.support.operator_process import OperatorProcess


@dataclass(frozen=True, slots=True)
class ConnectorScene:
    """A client of an authorization server behind a proxy."""

    namespace: Namespace
    server: AuthorizationServer
    proxy: FaultyProxy
    client: RegisteredClient
    running: OperatorProcess | None = None

    @property
    def operator(self) -> OperatorProcess:
        """The operator, if the scene started it."""
        assert self.running is not None
        return self.running

    @property
    def port(self) -> int:
        """The proxy's port."""
        return int(self.proxy.origin.rsplit(":", 1)[1])

    @property
    def token_requests(self) -> int:
        """The number of token requests that reached the proxy."""
        return len(self.proxy.token_calls)

    def spec(self, **changes: Any) -> dict[str, Any]:  # YAML as users write it
        """Return a spec for client credentials that uses the proxy."""
        spec = {
            "grantType": "ClientCredentials",
            "provider": {"tokenURL": self.proxy.through(self.server.token_url)},
            "client": {"id": self.client.id, "secretRef": {"name": "robot"}},
        }
        return {**spec, **changes}

    async def add_client_secret(self, secret: str | None = None) -> None:
        """Write the client's secret to the cluster, or replace it."""
        await self.namespace.add_secret("robot", client_secret=secret or self.client.secret.get_secret_value())

    async def connect(self, name: str = "crm", **changes: Any) -> None:  # as spec
        """Create a connector and wait for its token."""
        await self.namespace.add_connector(name, self.spec(**changes))
        await self.namespace.wait_for_conditions(name, Ready="TokenIssued")


def enter(namespace: Namespace, server: AuthorizationServer, proxy: FaultyProxy, lifetime: int = 600) -> ConnectorScene:
    """Register a client whose tokens have this lifetime in seconds."""
    return ConnectorScene(namespace, server, proxy, server.register(secret="c4n4ry-client-secret", lifetime=lifetime))
