"""Operators that can be stopped at certain points, and connectors with grants."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from devtools.authorization_servers.authorization_server import AuthorizationServer
from tests.support.cluster import Namespace
from tests.support.control_plane import CANARY
from tests.support.faulty_proxy import FaultyProxy
from tests.support.grant_connectors import PUBLIC_URL, GrantConnectorFactory
from tests.support.operator_process import FAILURE, OperatorProcess, TrappedOperator

StartTrapped = Callable[[], Awaitable[TrappedOperator]]
StartAnother = Callable[..., Awaitable[OperatorProcess]]


@pytest.fixture
def holders(namespace: Namespace, oidc_provider: AuthorizationServer) -> GrantConnectorFactory:
    """Return connectors at oidc-provider, without a proxy."""
    return GrantConnectorFactory(namespace, oidc_provider)


@pytest.fixture
def proxied(
    namespace: Namespace, oidc_provider: AuthorizationServer, oidc_provider_proxy: FaultyProxy
) -> GrantConnectorFactory:
    """Return connectors at oidc-provider behind the proxy."""
    return GrantConnectorFactory(namespace, oidc_provider, oidc_provider_proxy.through)


@pytest.fixture
async def start_another(
    tmp_path: Path, service_account: Path, oidc_provider: AuthorizationServer
) -> AsyncIterator[StartAnother]:
    """Return a function that starts one more operator; all are stopped afterwards."""
    started: list[OperatorProcess] = []

    async def start(
        kind: type[OperatorProcess] = OperatorProcess, kubeconfig: Path = service_account, **settings: object
    ) -> OperatorProcess:
        folder = tmp_path / f"operator-{len(started)}"
        folder.mkdir()
        ports = {oidc_provider.port, *settings.pop("ports", ())}  # type: ignore[misc]  # a list of ports
        operator = kind(folder, kubeconfig, sorted(ports), publicURL=PUBLIC_URL, **settings)
        started.append(operator)
        await operator.start()
        return operator

    yield start
    await asyncio.gather(*(operator.stop() for operator in started))
    for operator in started:
        assert CANARY not in operator.read_log(), "a secret was logged"
        assert FAILURE not in operator.read_log(), operator.read_log()
