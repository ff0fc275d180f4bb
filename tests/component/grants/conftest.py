"""One operator for the tests of a file, and connectors with grants at each server."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from devtools.authorization_servers.authorization_server import AuthorizationServer
from tests.support.cluster import Namespace
from tests.support.control_plane import CANARY
from tests.support.grant_connectors import PUBLIC_URL, GrantConnectorFactory
from tests.support.operator_process import FAILURE, OperatorProcess


@pytest.fixture(scope="module")
async def operator(
    tmp_path_factory: pytest.TempPathFactory,
    service_account: Path,
    canaille: AuthorizationServer,
    oidc_provider: AuthorizationServer,
) -> AsyncIterator[OperatorProcess]:
    """Return the operator."""
    ports = [canaille.port, oidc_provider.port]
    running = OperatorProcess(tmp_path_factory.mktemp("operator"), service_account, ports, publicURL=PUBLIC_URL)
    await running.start()
    yield running
    await running.stop()
    assert CANARY not in running.read_log(), "a secret was logged"
    assert FAILURE not in running.read_log(), running.read_log()


@pytest.fixture
def connectors(
    operator: OperatorProcess, namespace: Namespace, oidc_provider: AuthorizationServer
) -> GrantConnectorFactory:
    """Return connectors at oidc-provider, with a running operator."""
    del operator
    return GrantConnectorFactory(namespace, oidc_provider)


@pytest.fixture
def at_canaille(
    operator: OperatorProcess, namespace: Namespace, canaille: AuthorizationServer
) -> GrantConnectorFactory:
    """Return connectors at Canaille."""
    del operator
    return GrantConnectorFactory(namespace, canaille)


@pytest.fixture(params=["connectors", "at_canaille"])
def at_each(request: pytest.FixtureRequest) -> GrantConnectorFactory:
    """Return connectors at each server in turn."""
    found: GrantConnectorFactory = request.getfixturevalue(request.param)
    return found
