"""Bad days of the API server: whatever it does, the operator stays, and half a minute after it is over all is well."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager, ExitStack
from typing import Any

import pytest

from tests.chaos.conftest import BeginStorm, Storm
from tests.support.cluster import Namespace, until
from tests.support.faulty_api import Drop, FaultyAPI, Lose, Refuse, Say, Silence, Slow

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
    "watches that end with 410": lambda api: [api.watches_meet(Say(410))],
    "watches that end with 500": lambda api: [api.watches_meet(Say(500))],
    "watches that fall silent": lambda api: [api.watches_meet(Silence())],
}


async def sees_to_everything(storm: Storm, namespace: Namespace) -> None:
    """Wait until what was applied meanwhile has its token, and what was deleted meanwhile is back."""
    await namespace.shows("new", within=30, Ready="TokenIssued")
    await until(lambda: namespace.token("healed-token"), within=30)
    await namespace.shows("kept", within=30, Ready="TokenIssued")
    assert not storm.operator.ended


@pytest.mark.parametrize("name", FAULTS)
async def test_a_fault_of_the_api_server_is_survived(name: str, begin_storm: BeginStorm, namespace: Namespace) -> None:
    """The process stays up, makes no token call that was not due, and 30 s after the fault has seen to everything."""
    storm = await begin_storm()
    await storm.scene.connect("kept")
    await storm.scene.connect("healed")
    kept = await namespace.token("kept-token")
    with ExitStack() as faults:
        for fault in FAULTS[name](storm.api):
            faults.enter_context(fault)
        await namespace.add_connector("new", storm.scene.spec())
        await namespace.delete("secrets", "healed-token")
        await asyncio.sleep(12)  # as long as the first pauses of everybody who tries again
        assert (await storm.operator.page("/healthz"))[0] == 200
    await sees_to_everything(storm, namespace)
    assert await namespace.token("kept-token") == kept
    assert storm.scene.token_requests == 4  # three first tokens, and one in place of the deleted one


async def test_an_api_server_that_is_away_for_minutes_costs_nothing(
    begin_storm: BeginStorm, namespace: Namespace
) -> None:
    """While nobody answers no token is asked for in vain; what died meanwhile is replaced at once afterwards."""
    storm = await begin_storm(lifetime=60)
    await storm.scene.connect("kept")
    await storm.api.down()
    await asyncio.sleep(75)
    calls = storm.scene.token_requests
    assert calls <= 2
    assert (await storm.operator.page("/healthz"))[0] == 200
    await storm.api.up()
    await storm.scene.proxy.token_calls_reach(calls + 1, within=30)
    await namespace.shows("kept", within=5, Ready="TokenIssued")
    await namespace.add_connector("new", storm.scene.spec())
    await namespace.shows("new", within=30, Ready="TokenIssued")
    assert min(storm.scene.proxy.gaps()) > 0


async def test_a_deletion_that_no_watch_tells_is_found_out(begin_storm: BeginStorm, namespace: Namespace) -> None:
    """A deletion falls into a gap of the watches: the Secret comes back, and the connector is forgotten."""
    storm = await begin_storm(lifetime=60)
    for name in ("gone", "healed"):
        await storm.scene.connect(name)
    with storm.api.watches_meet(Drop("DELETED")) as dropped:
        await namespace.delete("oauthconnectors", "gone")
        await namespace.delete("secrets", "healed-token")
        await until(lambda: _befell(dropped, 3), within=20)  # the Secret of the connector goes too
    with storm.api.watches_meet(Say(410)) as ended:
        await until(lambda: _befell(ended, 2))
    await until(lambda: namespace.token("healed-token"), within=30)
    await until(lambda: _counts(storm, 1), within=30)
    assert storm.scene.token_requests == 3


async def test_a_connector_made_again_unseen_is_another(begin_storm: BeginStorm, namespace: Namespace) -> None:
    """Deleted and applied again while the watches say nothing: it gets a Secret of its own, with its UID."""
    storm = await begin_storm()
    await storm.scene.connect("crm")
    with storm.api.watches_meet(Silence()):
        await namespace.delete("oauthconnectors", "crm")

        async def is_gone() -> bool:
            return await namespace.get("secrets", "crm-token") is None

        await until(is_gone)
        made = await namespace.add_connector("crm", storm.scene.spec())
    await namespace.shows("crm", within=40, Ready="TokenIssued")
    secret = await namespace.get("secrets", "crm-token") or {}
    assert secret["metadata"]["ownerReferences"][0]["uid"] == made["metadata"]["uid"]
    assert storm.scene.token_requests == 2


async def test_a_namespace_that_goes_is_left_alone(begin_storm: BeginStorm, namespace: Namespace) -> None:
    """Its Secrets go before its connectors; nobody brings them back, and no token is asked for."""
    storm = await begin_storm()
    for number in range(5):
        await storm.scene.connect(f"c{number}")
    writes = len(storm.api.writes)
    await namespace.api.request("DELETE", f"/api/v1/namespaces/{namespace.name}")

    async def is_gone() -> bool:
        return not [n for n in await _namespaces(namespace) if n == namespace.name]

    await until(is_gone, within=60)
    assert storm.scene.token_requests == 5
    refused = [path for method, path in storm.api.writes[writes:] if method == "POST" and path.endswith("/secrets")]
    assert refused == []


async def test_a_quota_holds_a_token_back_but_loses_none(begin_storm: BeginStorm, namespace: Namespace) -> None:
    """The Secret cannot be written: the token waits in memory, and a lifted quota is all that it takes."""
    storm = await begin_storm()
    await namespace.add_quota("no-more-secrets", {"count/secrets": "1"})
    await namespace.add_connector("crm", storm.scene.spec())
    await namespace.shows("crm", not_Ready="SecretWriteRejected", Reconciling="SecretWriteRejected")
    await namespace.delete("resourcequotas", "no-more-secrets")
    await namespace.shows("crm", within=30, Ready="TokenIssued")
    assert storm.scene.token_requests == 1


async def test_a_policy_holds_a_refresh_back_and_the_old_token_stays(
    begin_storm: BeginStorm, namespace: Namespace, deny_secrets: AbstractAsyncContextManager[None]
) -> None:
    """An admission policy refuses the update: the Secret keeps its token, and status says whose turn it is."""
    storm = await begin_storm()
    await storm.scene.connect("crm")
    old = await namespace.token("crm-token")
    async with deny_secrets:
        await namespace.edit("oauthconnectors", "crm", {"spec": {"tokenParameters": {"tenant": "a"}}})
        await namespace.shows("crm", Ready="TokenIssued", RefreshFailed="SecretWriteRejected")
        assert await namespace.token("crm-token") == old
    await namespace.shows("crm", within=30, Ready="TokenIssued")
    assert await namespace.token("crm-token") != old
    assert storm.scene.token_requests == 2


async def _befell(rule: Any, times: int) -> bool:
    return bool(rule.befell >= times)


async def _counts(storm: Storm, connectors: int) -> bool:
    _, page = await storm.operator.page("/metrics")
    return page.count("\noauth_connector_ready{") == connectors


async def _namespaces(namespace: Namespace) -> list[str]:
    found = await namespace.api.request("GET", "/api/v1/namespaces")
    return [item["metadata"]["name"] for item in found["items"]]
