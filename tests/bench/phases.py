"""The phases of a benchmark; each returns its figures."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import datetime
from itertools import count

from tests.bench.bare_client import CONNECTORS, SECRETS, apply, connector_manifest, reconcile_bare
from tests.bench.setup import BenchSetup, writes
from tests.support.cluster import until

Figures = dict[str, float]

LONG, SHORT = 86400, 80
"""Lives of tokens, in seconds: one that outlasts the bench, and one by which a thousand connectors call 20 a second."""

STEADY = 1000
_numbers = count(1)


async def raw(setup: BenchSetup, objects: int) -> Figures:
    """Do the operator's work with a bare client, without the operator."""
    async with setup.namespace(f"raw-{next(_numbers)}") as namespace:
        before, started, own = setup.api_cost(), time.monotonic(), time.process_time()
        await reconcile_bare(setup.admin, setup.writer, namespace, _names(objects), setup.url(LONG))
        return {
            "seconds": time.monotonic() - started,
            "api_cpu": setup.api_cost().cpu - before.cpu,
            "own_cpu": time.process_time() - own,
        }


async def burst(setup: BenchSetup, namespace: str, objects: int) -> Figures:
    """Apply this number of connectors and wait for their Secrets; apply single connectors at the same time."""
    async with setup.namespace(f"probes-{next(_numbers)}") as probes:
        idle, api, requests = setup.operator_cost(), setup.api_cost(), await setup.api_requests()
        await setup.take_token_requests()
        calls, started = setup.calls, time.monotonic()
        probing = asyncio.create_task(_probe_until_cancelled(setup, probes))
        await apply(setup.admin, namespace, _names(objects), setup.url(LONG))
        await until(lambda: _were_called(setup, calls + objects), within=1800)
        await until(lambda: _has(setup, namespace, objects), within=1800)
        seconds = time.monotonic() - started
        probing.cancel()
        latencies = await probing
        await until(lambda: _is_quiet(setup), within=60)
        done = objects + len(latencies)
        spent, asked = setup.operator_cost(), await setup.api_requests()
        figures = {
            "seconds": seconds,
            "api_cpu": (setup.api_cost().cpu - api.cpu) * objects / done,
            "cpu_ms_per_object": (spent.cpu - idle.cpu) * 1000 / done,
            "rss_kib_per_object": (spent.rss - idle.rss) / done,
            "rss_mib": spent.rss / 1024,
            "new_p50_s": quantile(latencies, 0.5),
            "new_p99_s": quantile(latencies, 0.99),
            "probes": len(latencies),
        }
        asked.subtract(requests)
        return figures | {f"requests {what}": n / done for what, n in sorted(asked.items()) if n / done > 0.01}


async def quiet(setup: BenchSetup, probes: int = 100) -> Figures:
    """Apply single connectors to an idle operator."""
    async with setup.namespace(f"quiet-{next(_numbers)}") as namespace:
        latencies = [await _probe(setup, namespace) for _ in range(probes)]
    return {"quiet_new_p50_s": quantile(latencies, 0.5), "quiet_new_p99_s": quantile(latencies, 0.99)}


async def idle(setup: BenchSetup, seconds: float = 60.0) -> Figures:
    """Wait, and count the requests of the operator."""
    await until(lambda: _is_quiet(setup), within=60)
    requests, cost = await setup.api_requests(), setup.operator_cost()
    await asyncio.sleep(seconds)
    made, spent = await setup.api_requests(), setup.operator_cost()
    made.subtract(requests)
    minutes = seconds / 60
    cpu = (spent.cpu - cost.cpu) * 1000 / minutes
    return {"idle_writes_per_min": writes(made) / minutes, "idle_cpu_ms_per_min": cpu}


async def restart(setup: BenchSetup) -> Figures:
    """Restart the operator; it is available when a new connector has its token."""
    await setup.operator.stop()
    await setup.take_token_requests()
    async with setup.namespace(f"restart-{next(_numbers)}") as namespace:
        started = time.monotonic()
        await setup.operator.start()
        ready = time.monotonic() - started
        await _probe(setup, namespace)
        figures = {"restart_s": time.monotonic() - started, "restart_ready_s": ready}
        await until(lambda: _is_quiet(setup), within=60)
        calls, requests = await setup.take_token_requests(), await setup.api_requests()
    # the one new connector's own: a token call, a Secret, a status, an Event
    own = 2 + requests["POST events"]
    return figures | {"restart_token_calls": len(calls) - 1, "restart_writes": writes(requests) - own}


async def steady(setup: BenchSetup, seconds: float = 60.0) -> Figures:
    """Refresh 20 tokens a second, and measure the delay of each after its planned second."""
    async with setup.namespace(f"steady-{next(_numbers)}") as namespace:
        await apply(setup.admin, namespace, _names(STEADY), setup.url(SHORT))
        await until(lambda: _has(setup, namespace, STEADY), within=120)
        await asyncio.sleep(SHORT)  # one life, in which the herd scatters
        await setup.take_token_requests()
        lateness, deadline = [], time.monotonic() + seconds
        cost = setup.operator_cost()
        while time.monotonic() < deadline:
            planned = await _planned(setup, namespace)
            await asyncio.sleep(5)
            for name, at in await setup.take_token_requests():
                if name in planned and at >= planned[name]:
                    lateness.append(at - planned.pop(name))
        spent = setup.operator_cost().cpu - cost.cpu
    return {
        "late_p50_s": quantile(lateness, 0.5),
        "late_p99_s": quantile(lateness, 0.99),
        "refreshes_per_s": len(lateness) / seconds,
        "cpu_ms_per_refresh": spent * 1000 / len(lateness),
    }


@asynccontextmanager
async def running_operator(setup: BenchSetup) -> AsyncIterator[None]:
    """Run the operator for the length of the block."""
    await setup.operator.start()
    await asyncio.sleep(5)  # until it has counted the connectors after its first list
    try:
        yield
    finally:
        await setup.operator.stop()


def quantile(values: list[float], share: float) -> float:
    """Return the value below which this share of the values is; NaN without values."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


def _names(objects: int) -> Iterator[str]:
    return (f"c{number:05}" for number in range(objects))


async def _were_called(setup: BenchSetup, calls: int) -> bool:
    await asyncio.sleep(0.1)
    await setup.take_token_requests()
    return setup.calls >= calls


async def _has(setup: BenchSetup, namespace: str, objects: int) -> bool:
    return await setup.count(namespace) >= objects


async def _is_quiet(setup: BenchSetup) -> bool:
    before = await setup.api_requests()
    await asyncio.sleep(1)
    return writes(await setup.api_requests()) == writes(before)


async def _probe_until_cancelled(setup: BenchSetup, namespace: str) -> list[float]:
    latencies: list[float] = []
    try:
        while True:
            latencies.append(await _probe(setup, namespace, look=0.03))
    except asyncio.CancelledError:
        return latencies


async def _probe(setup: BenchSetup, namespace: str, look: float = 0.005) -> float:
    """Apply one connector, and return the seconds until its Secret exists."""
    name = f"probe-{next(_numbers)}"
    started = time.monotonic()
    await setup.admin.call("POST", CONNECTORS.format(namespace), connector_manifest(name, f"{setup.url(LONG)}/{name}"))
    while True:
        try:
            await setup.admin.call("GET", f"{SECRETS.format(namespace)}/{name}-token")
        except RuntimeError:
            await asyncio.sleep(look)
        else:
            return time.monotonic() - started


async def _planned(setup: BenchSetup, namespace: str) -> dict[str, float]:
    """Return the planned second of each connector's next request."""
    planned: dict[str, float] = {}
    for connector in await setup.connectors(namespace):
        status, metadata = connector.get("status"), connector["metadata"]
        if isinstance(status, dict) and isinstance(metadata, dict) and "nextRefreshTime" in status:
            planned[metadata["name"]] = datetime.fromisoformat(status["nextRefreshTime"]).timestamp()
    return planned
