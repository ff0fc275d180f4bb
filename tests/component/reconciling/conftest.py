"""Fixtures: a running operator, and a client secret in the cluster."""

from dataclasses import replace

import pytest

from devtools.authorization_servers.authorization_server import AuthorizationServer
from tests.component.reconciling.scene import ConnectorScene, enter
from tests.support.cluster import Namespace
from tests.support.control_plane import StartOperator
from tests.support.faulty_proxy import FaultyProxy


async def _with_operator(scene: ConnectorScene, start_operator: StartOperator) -> ConnectorScene:
    running = await start_operator(scene.port)
    await scene.add_client_secret()
    return replace(scene, running=running)


@pytest.fixture
async def scene(
    namespace: Namespace, canaille: AuthorizationServer, canaille_proxy: FaultyProxy, start_operator: StartOperator
) -> ConnectorScene:
    """Return a client of Canaille with tokens of ten minutes."""
    return await _with_operator(enter(namespace, canaille, canaille_proxy), start_operator)


@pytest.fixture
async def short_scene(
    namespace: Namespace, canaille: AuthorizationServer, canaille_proxy: FaultyProxy, start_operator: StartOperator
) -> ConnectorScene:
    """Return a client of Canaille with tokens of half a minute."""
    return await _with_operator(enter(namespace, canaille, canaille_proxy, lifetime=30), start_operator)
