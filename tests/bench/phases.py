"""The phases of a benchmark that begin with new connectors; each returns its figures."""

import asyncio
import math
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import count
from typing import NamedTuple

from tests.bench.bare_client import CONNECTORS, add_secrets, apply, reconcile_bare
from tests.bench.connector_kinds import ConnectorKind
from tests.bench.pace import Pace, many_at_once
from tests.bench.setup import WRITES, BenchSetup, writes
from tests.bench.watched import WatchedObjects
from tests.support.cluster import until

Figures = dict[str, float]


class Probe(NamedTuple):
    """One new connector: the seconds until its Secret existed, and until the API server had created the connector."""

    seconds: float
    created: float


QUIET = 0.05
"""CPU seconds in a second below which the operator has nothing to do: more than when idle, less than in any burst."""

SINGLE = 400
"""So many connectors are created one after another that a quantile of 0.99 is not the slowest of all."""

_numbers = count(1)


async def raw(
    setup: BenchSetup, kind: ConnectorKind, objects: int, *, informed: bool = False, pace: Pace = many_at_once
) -> Figures:
    """Do the operator's work with a bare client, without the operator.

    `informed`: it also has what no operator can do without, two watches and a read of the credential.
    """
    async with a_namespace(setup, kind, objects) as namespace, AsyncExitStack() as stack:
        for watch in (setup.watch_connectors, setup.watch_outputs) if informed else ():
            await stack.enter_async_context(watch(namespace))
        allocated = await setup.api_allocations()
        before, started, own = setup.api_cost(), time.monotonic(), time.process_time()
        issued = await reconcile_bare(
            setup.admin, setup.writer, namespace, names(objects), kind, reads=informed, pace=pace
        )
        own, spent = time.process_time() - own, setup.api_cost()
        latencies = [each.seconds for each in issued]
        return {
            "seconds": max(each.at for each in issued) - started,
            "api_cpu": spent.cpu - before.cpu,
            "api_allocations": await setup.api_allocations() - allocated,
            "own_cpu": own,
            "p50_s": quantile(latencies, 0.5),
            "p99_s": quantile(latencies, 0.99),
        }


@asynccontextmanager
async def burst(setup: BenchSetup, kind: ConnectorKind, objects: int) -> AsyncIterator[Figures]:
    """Apply this number of connectors and wait for their Secrets; apply single connectors at the same time.

    Yields the figures once, and deletes the connectors afterwards.
    """
    async with (
        a_namespace(setup, kind, 1) as probes,
        a_namespace(setup, kind, objects) as namespace,
        setup.watch_outputs(namespace) as outputs,
    ):
        allocated, requests = await setup.api_allocations(), await setup.api_requests()
        idle, api = setup.operator_cost(), setup.api_cost()
        started = time.monotonic()
        ended = asyncio.Event()
        probing = asyncio.create_task(_probe_until(ended, setup, probes, kind))
        await apply(setup.admin, namespace, names(objects), kind)
        await outputs.wait(lambda: len(outputs.arrivals) >= objects, within=1800)
        seconds = max(outputs.arrivals.values()) - started
        ended.set()
        probes_made = await probing
        await until(lambda: is_quiet(setup), within=60)
        done = objects + len(probes_made)
        spent, api_spent, sent = setup.operator_cost(), setup.api_cost(), await setup.api_requests()
        sent.subtract(requests)
        yield {
            "seconds": seconds,
            "api_cpu": (api_spent.cpu - api.cpu) * objects / done,
            "api_allocations": (await setup.api_allocations() - allocated) * objects / done,
            "cpu_ms_per_object": (spent.cpu - idle.cpu) * 1000 / done,
            "rss_kib_per_object": (spent.rss - idle.rss) / done,
            "rss_mib": spent.rss / 1024,
            "new_p50_s": quantile([probe.seconds for probe in probes_made], 0.5),
            "new_p99_s": quantile([probe.seconds for probe in probes_made], 0.99),
            "created_p99_s": quantile([probe.created for probe in probes_made], 0.99),
            "probes": len(probes_made),
            **count_requests(sent, done, "object"),
        }


async def quiet(setup: BenchSetup, kind: ConnectorKind) -> Figures:
    """Apply single connectors to an idle operator."""
    async with a_namespace(setup, kind, 1) as namespace, setup.watch_outputs(namespace) as outputs:
        latencies = [(await _probe(setup, namespace, kind, outputs)).seconds for _ in range(SINGLE)]
    return {"quiet_new_p50_s": quantile(latencies, 0.5), "quiet_new_p99_s": quantile(latencies, 0.99)}


async def idle(setup: BenchSetup, seconds: float = 60.0) -> Figures:
    """Wait, and count the requests of the operator."""
    await until(lambda: is_quiet(setup), within=60)
    requests, cost = await setup.api_requests(), setup.operator_cost()
    await asyncio.sleep(seconds)
    spent, made = setup.operator_cost(), await setup.api_requests()
    made.subtract(requests)
    minutes = seconds / 60
    cpu = (spent.cpu - cost.cpu) * 1000 / minutes
    return {"idle_writes_per_min": writes(made) / minutes, "idle_cpu_ms_per_min": cpu}


async def restart(setup: BenchSetup, kind: ConnectorKind) -> Figures:
    """Restart the operator; it is available when a new connector has its token."""
    await setup.operator.stop()
    await setup.take_token_requests()
    async with a_namespace(setup, kind, 1) as namespace, setup.watch_outputs(namespace) as outputs:
        started = time.monotonic()
        await setup.operator.start()
        ready = time.monotonic() - started
        await _probe(setup, namespace, kind, outputs)
        figures = {"restart_s": time.monotonic() - started, "restart_ready_s": ready}
        await until(lambda: is_quiet(setup), within=60)
        calls, requests = await setup.take_token_requests(), await setup.api_requests()
    own = 2  # the new connector's Secret and its status; it also causes the one token request
    return figures | {"restart_token_calls": len(calls) - 1, "restart_writes": writes(requests) - own}


@asynccontextmanager
async def a_namespace(setup: BenchSetup, kind: ConnectorKind, objects: int) -> AsyncIterator[str]:
    """Create a namespace with the credentials of so many connectors; delete it afterwards."""
    async with setup.namespace(f"bench-{next(_numbers)}") as namespace:
        await add_secrets(setup.admin, namespace, names(objects), kind)
        yield namespace


@asynccontextmanager
async def running_operator(setup: BenchSetup) -> AsyncIterator[None]:
    """Run the operator for the length of the block."""
    await setup.operator.start()
    try:
        await until(lambda: is_quiet(setup), within=60)
        yield
    finally:
        await setup.operator.stop()


def count_requests(made: Counter[str], done: int, unit: str) -> Figures:
    """Return reads and writes for each of what was done, to two digits, and each kind of request."""
    written = writes(made) / done
    read = sum(count for what, count in made.items() if what.split()[0] not in WRITES) / done
    kinds = {f"{what} per {unit}": n / done for what, n in sorted(made.items()) if n / done > 0.01}
    return {f"writes_per_{unit}": round(written, 2), f"reads_per_{unit}": round(read, 2), **kinds}


def quantile(values: list[float], share: float) -> float:
    """Return the least value that this share of the values does not exceed; NaN without values."""
    ordered = sorted(values)
    return ordered[math.ceil(share * len(ordered)) - 1] if ordered else float("nan")


def names(objects: int) -> list[str]:
    """Return the names of so many connectors."""
    return [f"c{number:05}" for number in range(objects)]


async def is_quiet(setup: BenchSetup) -> bool:
    """Return whether the operator computes next to nothing for a second; to ask it would be work, too."""
    before = setup.operator_cost().cpu
    await asyncio.sleep(1)
    return setup.operator_cost().cpu - before < QUIET


async def _probe_until(ended: asyncio.Event, setup: BenchSetup, namespace: str, kind: ConnectorKind) -> list[Probe]:
    made: list[Probe] = []
    async with setup.watch_outputs(namespace) as outputs:
        while not ended.is_set():
            made.append(await _probe(setup, namespace, kind, outputs))
    return made


async def _probe(setup: BenchSetup, namespace: str, kind: ConnectorKind, outputs: WatchedObjects) -> Probe:
    """Apply one connector, and wait for its Secret."""
    name = f"probe-{next(_numbers)}"
    if kind.own_secret:
        await add_secrets(setup.admin, namespace, [name], kind)
    started = time.monotonic()
    await setup.admin.call("POST", CONNECTORS.format(namespace), kind.manifest(name))
    created = time.monotonic() - started
    return Probe(await outputs.wait_for(f"{name}-token") - started, created)
