"""The number of requests that are let in follows the API server, and nothing that a tenant can slow down."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from oauth_connector.connector.checks.decisions import RequestCause
from oauth_connector.connector.grant.results import TokenObtained
from oauth_connector.connector.observation import Connector
from oauth_connector.connector.secret.rendering import RenderedSecret
from oauth_connector.controller.context import ControllerContext
from oauth_connector.controller.grant_store import FaultPoint, GrantStore
from oauth_connector.controller.ports import LiveSecret, Ports, WriteResult
from oauth_connector.controller.store_gate import FIRST
from oauth_connector.controller.token_client import TokenClient
from tests.support.builders import NOW, an_observation
from tests.support.fake_cluster import FakeCluster
from tests.support.virtual_time import run_virtually
from tests.support.world import KEY, World

STATE = "crm-oauth-state"


class PacedCluster(FakeCluster):
    """A cluster whose API server takes a while for each update of a Secret."""

    pace = 0.0

    async def update_secret(self, live: LiveSecret, rendered: RenderedSecret) -> WriteResult:
        """Update a Secret after a while."""
        await asyncio.sleep(self.pace)
        return await super().update_secret(live, rendered)


def reject_for_a_minute(cluster: PacedCluster) -> None:
    """Reject writes, as a quota or a policy of a namespace does."""
    cluster.refuse_secrets = "no"
    asyncio.get_running_loop().call_later(60.0, setattr, cluster, "refuse_secrets", None)


def change_the_state(cluster: PacedCluster) -> None:
    """Change the metadata of the state Secret, as a user does who may patch Secrets."""
    live = cluster.secrets["shop", STATE]
    cluster.secrets["shop", STATE] = replace(live, metadata=replace(live.metadata, resource_version="1"))


def slow_down(cluster: PacedCluster) -> None:
    """Let the API server be slow."""
    cluster.pace = 1.0


def find_limit(world: World, happen: Callable[[PacedCluster], None]) -> int:
    """Return how many requests are let in after one before whose storage something happens."""

    async def scenario() -> int:
        cluster = PacedCluster()
        cluster.connectors, cluster.credentials = world.cluster.connectors, world.cluster.credentials

        async def reach(point: FaultPoint) -> None:
            if point is FaultPoint.ANSWERED:
                happen(cluster)

        ports = Ports(cluster, world.rotating, world.recorder, lambda: float(NOW), world.keys, world.leadership)
        context = ControllerContext(ports, world.memory, lambda _key: None, lambda: world.rules)
        client = TokenClient(cluster, world.rotating, lambda: float(NOW))
        store = GrantStore(context, client, reach)
        connector = cluster.connectors[KEY]
        assert isinstance(connector, Connector)
        result = await store.request_token(an_observation(connector), RequestCause.FIRST_TOKEN)
        assert isinstance(result, TokenObtained), result
        assert "refresh-1" in cluster.data("shop", STATE).values()
        return store.gate.limit

    return run_virtually(scenario())


@pytest.mark.parametrize("happen", [reject_for_a_minute, change_the_state])
def test_a_tenant_does_not_narrow_the_gate_for_all(strict: World, happen: Callable[[PacedCluster], None]) -> None:
    """A rejected write and a conflict take long, and say nothing about the API server."""
    assert find_limit(strict, happen) == FIRST


def test_a_slow_api_server_narrows_the_gate(strict: World) -> None:
    """Its first write succeeds, and takes long."""
    assert find_limit(strict, slow_down) == FIRST // 2
