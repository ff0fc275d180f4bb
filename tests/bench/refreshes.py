"""The phase of steady refreshes: twenty a second, by connectors whose tokens live for little more than a minute."""

import asyncio
import time
from collections import Counter
from datetime import datetime

from tests.bench.bare_client import apply
from tests.bench.connector_kinds import SHORT, ConnectorKind
from tests.bench.pace import evenly
from tests.bench.phases import Figures, a_namespace, count_requests, names, quantile
from tests.bench.setup import BenchSetup
from tests.bench.watched import WatchedObjects

CONNECTORS = 1000
PER_SECOND = 20
LOOK = 1.0
"""Seconds between two looks at what the token endpoint has received: less than a connector's pause."""


async def refresh_steadily(setup: BenchSetup, kind: ConnectorKind, seconds: float = 60.0) -> Figures:
    """Refresh, and measure the delay of each refresh after its planned second, and its cost."""
    async with (
        a_namespace(setup, kind, CONNECTORS) as namespace,
        setup.watch_outputs(namespace) as outputs,
        setup.watch_connectors(namespace) as connectors,
    ):
        # as many in each second as are to be refreshed: a burst of them would return as one
        await apply(setup.admin, namespace, names(CONNECTORS), kind, evenly(1 / PER_SECOND))
        await outputs.wait(lambda: _count_tokens(outputs) >= CONNECTORS, within=300)
        await asyncio.sleep(SHORT)  # one lifetime: from then on they are refreshed, as evenly as they were created
        await setup.take_token_requests()
        cost, api, requests = setup.operator_cost(), setup.api_cost(), await setup.api_requests()
        lateness, times = await _measure_lateness(setup, connectors, seconds)
        refreshes = len(times)
        spent, sent = setup.operator_cost(), await setup.api_requests()
        sent.subtract(requests)
        return {
            "late_p50_s": quantile(lateness, 0.5),
            "late_p99_s": quantile(lateness, 0.99),
            "refreshes_per_s": refreshes / seconds,
            "refreshes_in_busiest_s": max(Counter(map(int, times)).values()),
            "cpu_ms_per_refresh": (spent.cpu - cost.cpu) * 1000 / refreshes,
            "api_cpu_ms_per_refresh": (setup.api_cost().cpu - api.cpu) * 1000 / refreshes,
            **count_requests(sent, refreshes, "refresh"),
        }


def _count_tokens(outputs: WatchedObjects) -> int:
    """Return how many output Secrets there are. Connectors with refresh tokens also have state Secrets."""
    return sum(name.endswith("-token") for name in outputs.arrivals)


async def _measure_lateness(
    setup: BenchSetup, connectors: WatchedObjects, seconds: float
) -> tuple[list[float], list[float]]:
    """Return the delays of the refreshes that were planned before they came, and the times of all refreshes.

    A refresh that has not come at the end counts with its delay until then.
    """
    lateness, planned, came = list[float](), dict[str, float](), set[str]()
    times, deadline = list[float](), time.monotonic() + seconds
    while time.monotonic() < deadline:
        planned = {name: at for name, found in connectors.objects.items() if (at := _planned(found)) is not None}
        await asyncio.sleep(LOOK)
        calls = await setup.take_token_requests()
        times += [at for _, at in calls]
        lateness += [at - planned[name] for name, at in calls if name in planned and at >= planned[name]]
        came = {name for name, _ in calls}
    now = time.time()
    late = [now - at for name, at in planned.items() if name not in came and at < now - LOOK]
    return lateness + late, times


def _planned(connector: dict[str, object]) -> float | None:
    """Return when the next request of a connector is planned, in seconds since the epoch."""
    status = connector.get("status")
    planned = status.get("nextRefreshTime") if isinstance(status, dict) else None
    return datetime.fromisoformat(planned).timestamp() if isinstance(planned, str) else None
