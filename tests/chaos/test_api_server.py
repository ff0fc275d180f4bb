"""The operator survives faults of the API server, and 30 seconds after a fault all connectors are as specified."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager, ExitStack
from typing import Any

import pytest

from tests.chaos.conftest import ProxiedScene, StartScene
from tests.support.api_faults import Drop, FailWatch, Lose, Refuse, Silence, Slow
from tests.support.cluster import Namespace, until
from tests.support.faulty_api import FaultyAPI

FAULTS: dict[str, Callable[[FaultyAPI], list[AbstractContextManager[Any]]]] = {
    "503": lambda api: [api.requests_meet(Refuse(503)), api.watches_meet(Refuse(503))],
    "500": lambda api: [api.requests_meet(Refuse(500)), api.watches_meet(Refuse(500))],
    "403": lambda api: [api.requests_meet(Refuse(403)), api.watches_meet(Refuse(403))],
    "401": lambda api: [api.requests_meet(Refuse(401)), api.watches_meet(Refuse(401))],
    "429": lambda api: [api.requests_meet(Refuse(429, "2")), api.watches_meet(Refuse(429, "2"))],
    "a load balancer's page": lambda api: [
        api.requests_meet(Refuse(200, body=b"<html>maintenance</html>")),
        api.watches_meet(Refuse(502)),
    ],
    "slow answers": lambda api: [api.requests_meet(Slow(4))],
    "lost answers to writes": lambda api: [api.requests_meet(Lose(), "POST", "PATCH")],
    "lost answers to everything": lambda api: [api.requests_meet(Lose())],
    "watches that end with 410": lambda api: [api.watches_meet(FailWatch(410))],
    "watches that end with 500": lambda api: [api.watches_meet(FailWatch(500))],
    "watches that fall silent": lambda api: [api.watches_meet(Silence())],
}


async def reconciles_everything(scene: ProxiedScene, namespace: Namespace) -> None:
    """Wait until connectors that were applied during the fault have a token, and deleted Secrets exist again."""
    await namespace.wait_for_conditions("new", within=30, Ready="TokenIssued")
    await until(lambda: namespace.token("healed-token"), within=30)
    await namespace.wait_for_conditions("kept", within=30, Ready="TokenIssued")
    assert not scene.operator.has_ended


@pytest.mark.parametrize("name", FAULTS)
async def test_a_fault_of_the_api_server_is_survived(name: str, start_scene: StartScene, namespace: Namespace) -> None:
    """The process stays up and sends no early token request; 30 s after the fault everything is reconciled."""
    scene = await start_scene()
    await scene.base.connect("kept")
    await scene.base.connect("healed")
    kept = await namespace.token("kept-token")
    with ExitStack() as faults:
        for fault in FAULTS[name](scene.api):
            faults.enter_context(fault)
        await namespace.add_connector("new", scene.base.spec())
        await namespace.delete("secrets", "healed-token")
        await asyncio.sleep(12)  # as long as the first pauses of everybody who tries again
        assert (await scene.operator.page("/healthz"))[0] == 200
    await reconciles_everything(scene, namespace)
    assert await namespace.token("kept-token") == kept
    assert scene.base.token_requests == 4  # three first tokens, and one in place of the deleted one


async def test_an_outage_of_minutes_causes_no_token_request(start_scene: StartScene, namespace: Namespace) -> None:
    """During the outage no token is requested; expired tokens are replaced at once afterwards."""
    scene = await start_scene(lifetime=60)
    await scene.base.connect("kept")
    await scene.api.down()
    await asyncio.sleep(75)
    calls = scene.base.token_requests
    assert calls <= 2
    assert (await scene.operator.page("/healthz"))[0] == 200
    await scene.api.up()
    await scene.base.proxy.token_calls_reach(calls + 1, within=30)
    await namespace.wait_for_conditions("kept", within=5, Ready="TokenIssued")
    await namespace.add_connector("new", scene.base.spec())
    await namespace.wait_for_conditions("new", within=30, Ready="TokenIssued")
    assert min(scene.base.proxy.gaps()) > 0


async def test_a_deletion_that_the_watch_missed_is_detected(start_scene: StartScene, namespace: Namespace) -> None:
    """The Secret is created again, and the deleted connector is removed from the cache."""
    scene = await start_scene(lifetime=60)
    for name in ("gone", "healed"):
        await scene.base.connect(name)
    with scene.api.watches_meet(Drop("DELETED")) as dropped:
        await namespace.delete("oauthconnectors", "gone")
        await namespace.delete("secrets", "healed-token")
        await until(lambda: _befell(dropped, 3), within=20)  # the Secret of the connector goes too
    with scene.api.watches_meet(FailWatch(410)) as ended:
        await until(lambda: _befell(ended, 2))
    await until(lambda: namespace.token("healed-token"), within=30)
    await until(lambda: _counts(scene, 1), within=30)
    assert scene.base.token_requests == 3


async def test_a_recreated_connector_that_the_watch_missed_is_a_new_one(
    start_scene: StartScene, namespace: Namespace
) -> None:
    """Deleted and applied again without watch events, it gets a Secret of its own, with its UID."""
    scene = await start_scene()
    await scene.base.connect("crm")
    with scene.api.watches_meet(Silence()):
        await namespace.delete("oauthconnectors", "crm")

        async def is_gone() -> bool:
            return await namespace.get("secrets", "crm-token") is None

        await until(is_gone)
        made = await namespace.add_connector("crm", scene.base.spec())
    await namespace.wait_for_conditions("crm", within=40, Ready="TokenIssued")
    secret = await namespace.get("secrets", "crm-token") or {}
    assert secret["metadata"]["ownerReferences"][0]["uid"] == made["metadata"]["uid"]
    assert scene.base.token_requests == 2


async def test_a_terminating_namespace_is_left_alone(start_scene: StartScene, namespace: Namespace) -> None:
    """Its Secrets are deleted before its connectors; they are not created again, and no token is requested."""
    scene = await start_scene()
    for number in range(5):
        await scene.base.connect(f"c{number}")
    writes = len(scene.api.writes)
    await namespace.api.request("DELETE", f"/api/v1/namespaces/{namespace.name}")

    async def is_gone() -> bool:
        return not [n for n in await _namespaces(namespace) if n == namespace.name]

    await until(is_gone, within=60)
    assert scene.base.token_requests == 5
    refused = [path for method, path in scene.api.writes[writes:] if method == "POST" and path.endswith("/secrets")]
    assert refused == []


async def test_a_token_that_a_quota_blocks_is_kept(start_scene: StartScene, namespace: Namespace) -> None:
    """While the Secret cannot be written, the token stays in memory; it is written when the quota is lifted."""
    scene = await start_scene()
    await namespace.add_quota("no-more-secrets", {"count/secrets": "1"})
    await namespace.add_connector("crm", scene.base.spec())
    await namespace.wait_for_conditions("crm", not_Ready="SecretWriteRejected", Reconciling="SecretWriteRejected")
    await namespace.delete("resourcequotas", "no-more-secrets")
    await namespace.wait_for_conditions("crm", within=30, Ready="TokenIssued")
    assert scene.base.token_requests == 1


async def test_a_policy_that_blocks_a_refresh_leaves_the_old_token(
    start_scene: StartScene, namespace: Namespace, deny_secrets: AbstractAsyncContextManager[None]
) -> None:
    """An admission policy refuses the update: the Secret keeps its token, and status reports the required action."""
    scene = await start_scene()
    await scene.base.connect("crm")
    old = await namespace.token("crm-token")
    async with deny_secrets:
        await namespace.edit("oauthconnectors", "crm", {"spec": {"tokenParameters": {"tenant": "a"}}})
        await namespace.wait_for_conditions("crm", Ready="TokenIssued", RefreshFailed="SecretWriteRejected")
        assert await namespace.token("crm-token") == old
    await namespace.wait_for_conditions("crm", within=30, Ready="TokenIssued")
    assert await namespace.token("crm-token") != old
    assert scene.base.token_requests == 2


async def _befell(rule: Any, times: int) -> bool:
    return bool(rule.befell >= times)


async def _counts(scene: ProxiedScene, connectors: int) -> bool:
    _, page = await scene.operator.page("/metrics")
    return page.count("\noauth_connector_ready{") == connectors


async def _namespaces(namespace: Namespace) -> list[str]:
    found = await namespace.api.request("GET", "/api/v1/namespaces")
    return [item["metadata"]["name"] for item in found["items"]]
