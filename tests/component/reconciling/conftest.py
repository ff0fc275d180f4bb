"""Scenes as most stories find them: the operator runs, and the client's secret is in the cluster."""

from dataclasses import replace

import pytest

from devtools.authorization_servers.authorization_server import AuthorizationServer
from tests.component.reconciling.scene import Scene, enter
from tests.support.cluster import Namespace
from tests.support.control_plane import StartOperator
from tests.support.faulty_proxy import FaultyProxy


async def _begun(scene: Scene, start_operator: StartOperator) -> Scene:
    running = await start_operator(scene.port)
    await scene.add_client_secret()
    return replace(scene, running=running)


@pytest.fixture
async def scene(
    namespace: Namespace, canaille: AuthorizationServer, canaille_proxy: FaultyProxy, start_operator: StartOperator
) -> Scene:
    """Give a client of Canaille whose tokens live ten minutes."""
    return await _begun(enter(namespace, canaille, canaille_proxy), start_operator)


@pytest.fixture
async def brief_scene(
    namespace: Namespace, canaille: AuthorizationServer, canaille_proxy: FaultyProxy, start_operator: StartOperator
) -> Scene:
    """Give a client of Canaille whose tokens live half a minute."""
    return await _begun(enter(namespace, canaille, canaille_proxy, lifetime=30), start_operator)
