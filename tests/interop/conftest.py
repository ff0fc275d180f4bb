"""The servers, one after the other."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from devtools.authorization_servers.authorization_server import AuthorizationServer
from devtools.authorization_servers.oidc_provider import OIDCProvider
from devtools.authorization_servers.registrations import TLS
from devtools.cluster.pki import Authority
from tests.support.consent_server_replicas import ConsentServerReplicas
from tests.support.control_plane import CANARY
from tests.support.operator_process import FAILURE, OperatorProcess

MCP_SERVERS = ("mcp_sdk", "mcp_sdk_tls", "fastmcp", "fastmcp_tls")


@pytest.fixture(params=["canaille", "oidc_provider"])
def server(request: pytest.FixtureRequest) -> AuthorizationServer:
    """Return each server in turn."""
    found: AuthorizationServer = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Return the authority that issues the certificates of both sides."""
    return Authority(tmp_path_factory.mktemp("authority"), "test authority")


@pytest.fixture(scope="session")
def mutual_server(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Iterator[AuthorizationServer]:
    """Return oidc-provider with a port that asks for client certificates."""
    certificate, key = authority.server("server", ["127.0.0.1"])
    with OIDCProvider(tmp_path_factory.mktemp("mutual"), tls=TLS(certificate, key, authority.certificate)) as running:
        yield running


@pytest.fixture(scope="module")
async def mcp_operator(
    tmp_path_factory: pytest.TempPathFactory,
    service_account: Path,
    consent_site: ConsentServerReplicas,
    request: pytest.FixtureRequest,
) -> AsyncIterator[OperatorProcess]:
    """Return an operator that may reach all MCP servers, and knows the consent server."""
    ports = [request.getfixturevalue(name).port for name in MCP_SERVERS]
    own = {"publicURL": consent_site.url, "namespace": "oauth-connector-system"}
    running = OperatorProcess(tmp_path_factory.mktemp("operator"), service_account, ports, **own)
    await running.start()
    yield running
    await running.stop()
    assert CANARY not in running.read_log(), "a secret was logged"
    assert FAILURE not in running.read_log(), running.read_log()
