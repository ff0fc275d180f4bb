"""Each fault of a provider has its reason in status, and delays no other provider."""

import asyncio
import re
from contextlib import AsyncExitStack
from datetime import UTC, datetime

from devtools.authorization_servers.authorization_server import AuthorizationServer
from tests.chaos.token_faults import TOKEN_FAULTS
from tests.component.reconciling.scene import enter
from tests.support.cluster import Namespace, until
from tests.support.control_plane import StartOperator
from tests.support.faults import Delay, Pass
from tests.support.faulty_proxy import FaultyProxy, faulty_proxy
from tests.support.operator_process import OperatorProcess

LIMIT = 3
"""Seconds that one token request may take here."""

DEFAULT_LIMIT = 30
"""What it may take by default: without the setting, the provider that is silent for a minute would need all of it."""


async def test_each_fault_ends_in_its_reason(
    namespace: Namespace, canaille: AuthorizationServer, canaille_proxy: FaultyProxy, start_operator: StartOperator
) -> None:
    """Dozens of providers with one fault each, at the same time: each connector reports its fault, and recovers."""
    scene = enter(namespace, canaille, canaille_proxy)
    async with AsyncExitStack() as stack:
        proxies: dict[str, FaultyProxy] = {}
        for number, (fault, expected) in enumerate(TOKEN_FAULTS.items()):
            host = f"127.0.1.{number + 1}"
            proxies[fault] = await stack.enter_async_context(faulty_proxy(canaille.token_url, host=host))
            proxies[fault].always(expected.fault)
        operator = await start_operator(*(proxy.port for proxy in proxies.values()), tokenRequestSeconds=LIMIT)
        await scene.add_client_secret()
        for number, proxy in enumerate(proxies.values()):
            provider = {"tokenURL": proxy.through(canaille.token_url)}
            await namespace.add_connector(f"c{number}", scene.spec(provider=provider))
        for number, (fault, expected) in enumerate(TOKEN_FAULTS.items()):
            reasons = {"not Ready": expected.reason, expected.beside: expected.reason}
            await _until_shown(namespace, f"c{number}", reasons, fault)
            assert 1 <= len(proxies[fault].token_calls) <= 3, fault
        assert await _slowest(operator) <= DEFAULT_LIMIT
        planned = await _next_call(namespace, list(TOKEN_FAULTS).index("429 with a date by a wrong clock"))
        assert planned < 120  # a minute by the provider's clock, though that is years behind
        for proxy in proxies.values():
            proxy.always(Pass())
        # A retry time from the provider, or a closed host, is not shortened.
        hasty = [number for number, expected in enumerate(TOKEN_FAULTS.values()) if not expected.waits]
        for number in hasty:
            await namespace.request_refresh(f"c{number}", "now")
        for number in hasty:
            await namespace.wait_for_conditions(f"c{number}", within=40, Ready="TokenIssued")


async def test_a_provider_that_never_responds_delays_no_other(
    namespace: Namespace, canaille: AuthorizationServer, canaille_proxy: FaultyProxy, start_operator: StartOperator
) -> None:
    """500 connectors at a host that never responds, and 50 at another: no token of the 50 expires."""
    scene = enter(namespace, canaille, canaille_proxy, lifetime=30)
    async with faulty_proxy(canaille.token_url, host="127.0.1.1") as silent:
        silent.always(Delay(3600))
        operator = await start_operator(scene.port, silent.port)
        await scene.add_client_secret()
        provider = {"tokenURL": silent.through(canaille.token_url)}
        await namespace.add_connectors("silent-", 500, scene.spec(provider=provider))
        await silent.token_calls_reach(16)
        await namespace.add_connectors("live-", 50, scene.spec())
        await until(lambda: _all_ready(namespace, 50), within=30)
        calls = scene.token_requests
        deadline = asyncio.get_running_loop().time() + 60
        while asyncio.get_running_loop().time() < deadline:
            assert await _all_ready(namespace, 50), "a live token expired"
            await asyncio.sleep(0.5)
        assert scene.token_requests >= calls + 100  # each of the 50 was refreshed at least twice meanwhile
        assert len(silent.token_calls) < 60  # the concurrency limit of a silent host decreases
        assert (await operator.page("/healthz"))[0] == 200


async def _until_shown(namespace: Namespace, name: str, reasons: dict[str, str], fault: str) -> None:
    async def as_expected() -> bool:
        return await namespace.conditions(name) == reasons

    try:
        await until(as_expected, within=30)
    except TimeoutError:
        raise AssertionError(f"{fault}: {await namespace.conditions(name)}, not {reasons}") from None


async def _next_call(namespace: Namespace, number: int) -> float:
    """Return the seconds until the planned request of a connector."""
    connector = await namespace.get("oauthconnectors", f"c{number}") or {}
    planned = datetime.fromisoformat(connector["status"]["nextRefreshTime"])
    return (planned - datetime.now(UTC)).total_seconds()


async def _slowest(operator: OperatorProcess) -> float:
    """Return the bucket of the slowest reconciliation so far, in seconds, from the operator's metrics."""
    _, page = await operator.page("/metrics")
    buckets = re.findall(r'oauth_connector_reconcile_duration_seconds_bucket\{le="([^"]+)"\} (\S+)', page)
    most = float(buckets[-1][1])
    return next(float(limit) for limit, count in buckets if float(count) == most)


async def _all_ready(namespace: Namespace, count: int) -> bool:
    """Return whether this number of connectors has a token that has not expired."""
    now, valid = datetime.now(UTC), 0
    for connector in await namespace.items("oauthconnectors"):
        expires = connector.get("status", {}).get("expirationTime")
        if connector["metadata"]["name"].startswith("live-") and expires:
            valid += datetime.fromisoformat(expires) > now
    return valid == count
