"""A restart costs nothing, and a crash in the middle of work loses nothing."""

import asyncio
from dataclasses import replace

import pytest

from devtools.authorization_servers.authorization_server import AuthorizationServer
from tests.component.reconciling.scene import ConnectorScene, enter
from tests.support.cluster import Namespace, until
from tests.support.control_plane import StartOperator
from tests.support.faulty_proxy import FaultyProxy

CREATORS = 16
"""Connectors that are applied at once."""


@pytest.fixture
async def crowd(
    namespace: Namespace,
    oidc_provider: AuthorizationServer,
    oidc_provider_proxy: FaultyProxy,
    start_operator: StartOperator,
) -> ConnectorScene:
    """Give a scene for many connectors, with tokens of an hour."""
    scene = enter(namespace, oidc_provider, oidc_provider_proxy, lifetime=3600)
    running = await start_operator(scene.port)
    await scene.add_client_secret()
    return replace(scene, running=running)


async def apply(scene: ConnectorScene, count: int) -> None:
    """Create so many connectors."""
    turn = asyncio.Semaphore(CREATORS)

    async def create(number: int) -> None:
        async with turn:
            await scene.namespace.add_connector(f"c{number}", scene.spec())

    await asyncio.gather(*map(create, range(count)))


async def test_a_restart_with_a_thousand_tokens_asks_nobody_and_writes_nothing(crowd: ConnectorScene) -> None:
    """All is known from two lists: no token call, no write, and what is applied next has its token in seconds."""
    await apply(crowd, 1000)
    await until(lambda: _ready(crowd, 1000), within=120)
    before, calls = await _versions(crowd), crowd.token_requests
    await crowd.operator.stop()
    await crowd.operator.start()
    await crowd.namespace.add_connector("new", crowd.spec())
    await crowd.namespace.shows("new", within=10, Ready="TokenIssued")
    after = await _versions(crowd)
    assert before.items() <= after.items()
    assert after.keys() - before.keys() == {"oauthconnectors/new", "secrets/new-token"}
    assert crowd.token_requests == calls + 1
    assert calls == 1000


async def test_a_crash_in_a_burst_leaves_every_connector_right(crowd: ConnectorScene) -> None:
    """Killed while tokens are on their way: after the start all are there, and only those calls were made again."""
    work = asyncio.create_task(apply(crowd, 400))
    await crowd.proxy.token_calls_reach(120)
    await crowd.operator.kill()
    await work
    calls = crowd.token_requests
    assert calls < 400, "the burst was over before the crash"
    await crowd.operator.start()
    await until(lambda: _ready(crowd, 400), within=120)
    assert crowd.token_requests <= 400 + 16  # as many as are in flight at one host at once
    secrets = [s for s in await crowd.namespace.items("secrets") if s["metadata"]["name"].endswith("-token")]
    assert len(secrets) == 400
    assert len({s["data"]["access_token"] for s in secrets}) == 400


async def _ready(scene: ConnectorScene, count: int) -> bool:
    """Tell whether so many connectors are ready."""
    ready = 0
    for connector in await scene.namespace.items("oauthconnectors"):
        conditions = connector.get("status", {}).get("conditions", [])
        ready += any(c["type"] == "Ready" and c["status"] == "True" for c in conditions)
    return ready == count


async def _versions(scene: ConnectorScene) -> dict[str, str]:
    """Give the version of every connector and every Secret: who writes one changes it."""
    return {
        f"{plural}/{item['metadata']['name']}": item["metadata"]["resourceVersion"]
        for plural in ("oauthconnectors", "secrets")
        for item in await scene.namespace.items(plural)
    }
