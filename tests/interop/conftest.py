"""The servers, one after the other."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from devtools.authorization_servers.authorization_server import AuthorizationServer
from tests.support.consent_server_replicas import ConsentServerReplicas
from tests.support.control_plane import CANARY
from tests.support.operator_process import FAILURE, OperatorProcess

MCP_SERVERS = ("mcp_sdk", "mcp_sdk_tls", "fastmcp", "fastmcp_tls")


@pytest.fixture(params=["canaille", "oidc_provider"])
def server(request: pytest.FixtureRequest) -> AuthorizationServer:
    """Return each server in turn."""
    found: AuthorizationServer = request.getfixturevalue(request.param)
    return found


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
