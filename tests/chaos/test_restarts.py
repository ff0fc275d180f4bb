"""A restart sends no requests, and a crash loses nothing."""

import asyncio
from dataclasses import replace

import pytest

from devtools.authorization_servers.authorization_server import AuthorizationServer
from tests.component.reconciling.scene import ConnectorScene, enter
from tests.support.cluster import Namespace, until
from tests.support.control_plane import StartOperator
from tests.support.faulty_proxy import FaultyProxy


@pytest.fixture
async def large_scene(
    namespace: Namespace,
    oidc_provider: AuthorizationServer,
    oidc_provider_proxy: FaultyProxy,
    start_operator: StartOperator,
) -> ConnectorScene:
    """Return a scene for many connectors, with tokens of an hour."""
    scene = enter(namespace, oidc_provider, oidc_provider_proxy, lifetime=3600)
    running = await start_operator(scene.port)
    await scene.add_client_secret()
    return replace(scene, running=running)


async def test_a_restart_with_a_thousand_tokens_sends_and_writes_nothing(large_scene: ConnectorScene) -> None:
    """Two lists suffice: no token request, no write, and a new connector has its token within seconds."""
    await large_scene.namespace.add_connectors("c", 1000, large_scene.spec())
    await until(lambda: _ready(large_scene, 1000), within=120)
    before, calls = await _versions(large_scene), large_scene.token_requests
    await large_scene.operator.stop()
    await large_scene.operator.start()
    await large_scene.namespace.add_connector("new", large_scene.spec())
    await large_scene.namespace.wait_for_conditions("new", within=10, Ready="TokenIssued")
    after = await _versions(large_scene)
    assert before.items() <= after.items()
    assert after.keys() - before.keys() == {"oauthconnectors/new", "secrets/new-token"}
    assert large_scene.token_requests == calls + 1
    assert calls == 1000


async def test_after_a_crash_in_a_burst_every_connector_has_its_token(large_scene: ConnectorScene) -> None:
    """The process is killed while token requests are in flight; after the start only those are repeated."""
    work = asyncio.create_task(large_scene.namespace.add_connectors("c", 400, large_scene.spec()))
    await large_scene.proxy.token_calls_reach(120)
    await large_scene.operator.kill()
    await work
    calls = large_scene.token_requests
    assert calls < 400, "the burst was over before the crash"
    await large_scene.operator.start()
    await until(lambda: _ready(large_scene, 400), within=120)
    assert large_scene.token_requests <= 400 + 16  # as many as are in flight at one host at once
    secrets = [s for s in await large_scene.namespace.items("secrets") if s["metadata"]["name"].endswith("-token")]
    assert len(secrets) == 400
    assert len({s["data"]["access_token"] for s in secrets}) == 400


async def _ready(scene: ConnectorScene, count: int) -> bool:
    """Return whether this number of connectors is ready."""
    ready = 0
    for connector in await scene.namespace.items("oauthconnectors"):
        conditions = connector.get("status", {}).get("conditions", [])
        ready += any(c["type"] == "Ready" and c["status"] == "True" for c in conditions)
    return ready == count


async def _versions(scene: ConnectorScene) -> dict[str, str]:
    """Return the version of every connector and every Secret; a write changes it."""
    return {
        f"{plural}/{item['metadata']['name']}": item["metadata"]["resourceVersion"]
        for plural in ("oauthconnectors", "secrets")
        for item in await scene.namespace.items(plural)
    }
