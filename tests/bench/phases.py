"""The phases of a bench, each giving the figures that it is there for."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import datetime
from itertools import count

from tests.bench.bare import CONNECTORS, SECRETS, a_connector, apply, do_raw
from tests.bench.site import Site, writes
from tests.support.cluster import until

Figures = dict[str, float]

LONG, SHORT = 86400, 80
"""Lives of tokens, in seconds: one that outlasts the bench, and one by which a thousand connectors call 20 a second."""

STEADY = 1000
_numbers = count(1)


async def raw(site: Site, objects: int) -> Figures:
    """Do the operator's work with a bare client, no operator running."""
    async with site.namespace(f"raw-{next(_numbers)}") as namespace:
        before, started, own = site.api_cost(), time.monotonic(), time.process_time()
        await do_raw(site.admin, site.writer, namespace, _names(objects), site.url(LONG))
        return {
            "seconds": time.monotonic() - started,
            "api_cpu": site.api_cost().cpu - before.cpu,
            "own_cpu": time.process_time() - own,
        }


async def burst(site: Site, namespace: str, objects: int) -> Figures:
    """Apply so many connectors and wait for their Secrets, while single ones are applied elsewhere."""
    async with site.namespace(f"probes-{next(_numbers)}") as probes:
        idle, api, requests = site.operator_cost(), site.api_cost(), await site.api_requests()
        await site.token_calls()
        calls, started = site.calls, time.monotonic()
        probing = asyncio.create_task(_probe_until_cancelled(site, probes))
        await apply(site.admin, namespace, _names(objects), site.url(LONG))
        await until(lambda: _were_called(site, calls + objects), within=1800)
        await until(lambda: _has(site, namespace, objects), within=1800)
        seconds = time.monotonic() - started
        probing.cancel()
        latencies = await probing
        await until(lambda: _is_quiet(site), within=60)
        done = objects + len(latencies)
        spent, asked = site.operator_cost(), await site.api_requests()
        figures = {
            "seconds": seconds,
            "api_cpu": (site.api_cost().cpu - api.cpu) * objects / done,
            "cpu_ms_per_object": (spent.cpu - idle.cpu) * 1000 / done,
            "rss_kib_per_object": (spent.rss - idle.rss) / done,
            "rss_mib": spent.rss / 1024,
            "new_p50_s": quantile(latencies, 0.5),
            "new_p99_s": quantile(latencies, 0.99),
            "probes": len(latencies),
        }
        asked.subtract(requests)
        return figures | {f"requests {what}": n / done for what, n in sorted(asked.items()) if n / done > 0.01}


async def quiet(site: Site, probes: int = 100) -> Figures:
    """Apply single connectors when nothing else happens."""
    async with site.namespace(f"quiet-{next(_numbers)}") as namespace:
        latencies = [await _probe(site, namespace) for _ in range(probes)]
    return {"quiet_new_p50_s": quantile(latencies, 0.5), "quiet_new_p99_s": quantile(latencies, 0.99)}


async def idle(site: Site, seconds: float = 60.0) -> Figures:
    """Do nothing, and count what the operator does."""
    await until(lambda: _is_quiet(site), within=60)
    requests, cost = await site.api_requests(), site.operator_cost()
    await asyncio.sleep(seconds)
    made, spent = await site.api_requests(), site.operator_cost()
    made.subtract(requests)
    minutes = seconds / 60
    cpu = (spent.cpu - cost.cpu) * 1000 / minutes
    return {"idle_writes_per_min": writes(made) / minutes, "idle_cpu_ms_per_min": cpu}


async def restart(site: Site) -> Figures:
    """Stop the operator and start it again; it is back when a new connector has its token."""
    await site.operator.stop()
    await site.token_calls()
    async with site.namespace(f"restart-{next(_numbers)}") as namespace:
        started = time.monotonic()
        await site.operator.start()
        ready = time.monotonic() - started
        await _probe(site, namespace)
        figures = {"restart_s": time.monotonic() - started, "restart_ready_s": ready}
        await until(lambda: _is_quiet(site), within=60)
        calls, requests = await site.token_calls(), await site.api_requests()
    # the one new connector's own: a token call, a Secret, a status, an Event
    own = 2 + requests["POST events"]
    return figures | {"restart_token_calls": len(calls) - 1, "restart_writes": writes(requests) - own}


async def steady(site: Site, seconds: float = 60.0) -> Figures:
    """Refresh 20 tokens a second, and see by how much each comes after its planned second."""
    async with site.namespace(f"steady-{next(_numbers)}") as namespace:
        await apply(site.admin, namespace, _names(STEADY), site.url(SHORT))
        await until(lambda: _has(site, namespace, STEADY), within=120)
        await asyncio.sleep(SHORT)  # one life, in which the herd scatters
        await site.token_calls()
        lateness, deadline = [], time.monotonic() + seconds
        cost = site.operator_cost()
        while time.monotonic() < deadline:
            planned = await _planned(site, namespace)
            await asyncio.sleep(5)
            for name, at in await site.token_calls():
                if name in planned and at >= planned[name]:
                    lateness.append(at - planned.pop(name))
        spent = site.operator_cost().cpu - cost.cpu
    return {
        "late_p50_s": quantile(lateness, 0.5),
        "late_p99_s": quantile(lateness, 0.99),
        "refreshes_per_s": len(lateness) / seconds,
        "cpu_ms_per_refresh": spent * 1000 / len(lateness),
    }


@asynccontextmanager
async def operating(site: Site) -> AsyncIterator[None]:
    """Have the operator run."""
    await site.operator.start()
    await asyncio.sleep(5)  # until it has counted the connectors after its first list
    try:
        yield
    finally:
        await site.operator.stop()


def quantile(values: list[float], share: float) -> float:
    """Give the value below which so large a share lies; not a number where there are none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


def _names(objects: int) -> Iterator[str]:
    return (f"c{number:05}" for number in range(objects))


async def _were_called(site: Site, calls: int) -> bool:
    await asyncio.sleep(0.1)
    await site.token_calls()
    return site.calls >= calls


async def _has(site: Site, namespace: str, objects: int) -> bool:
    return await site.count(namespace) >= objects


async def _is_quiet(site: Site) -> bool:
    before = await site.api_requests()
    await asyncio.sleep(1)
    return writes(await site.api_requests()) == writes(before)


async def _probe_until_cancelled(site: Site, namespace: str) -> list[float]:
    latencies: list[float] = []
    try:
        while True:
            latencies.append(await _probe(site, namespace, look=0.03))
    except asyncio.CancelledError:
        return latencies


async def _probe(site: Site, namespace: str, look: float = 0.005) -> float:
    """Apply one connector, and give the seconds until its Secret is there."""
    name = f"probe-{next(_numbers)}"
    started = time.monotonic()
    await site.admin.call("POST", CONNECTORS.format(namespace), a_connector(name, f"{site.url(LONG)}/{name}"))
    while True:
        try:
            await site.admin.call("GET", f"{SECRETS.format(namespace)}/{name}-token")
        except RuntimeError:
            await asyncio.sleep(look)
        else:
            return time.monotonic() - started


async def _planned(site: Site, namespace: str) -> dict[str, float]:
    """Give the planned second of each connector's next call."""
    planned: dict[str, float] = {}
    for connector in await site.connectors(namespace):
        status, metadata = connector.get("status"), connector["metadata"]
        if isinstance(status, dict) and isinstance(metadata, dict) and "nextRefreshTime" in status:
            planned[metadata["name"]] = datetime.fromisoformat(status["nextRefreshTime"]).timestamp()
    return planned
