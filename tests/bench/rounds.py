"""Alternating runs of the bare client and the operator: a ratio of neighbours, several times, with its spread."""

import statistics
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import pairwise
from typing import NamedTuple

from tests.bench import phases
from tests.bench.connector_kinds import SHORT, ConnectorKind
from tests.bench.machine import LARGEST_SHARE, MachineTime
from tests.bench.pace import evenly, one_by_one
from tests.bench.phases import Figures
from tests.bench.progress import say
from tests.bench.refreshes import refresh_steadily
from tests.bench.setup import BenchSetup

RATIOS = (
    "ratio_to_ceiling",
    "api_cpu_ratio",
    "api_cpu_ratio_at_pace",
    "api_allocations_ratio",
    "cpu_ratio",
    "least_ratio_to_ceiling",
    "least_api_cpu_ratio",
    "least_api_allocations_ratio",
)


class Round(NamedTuple):
    """The operator, then the bare client with watches and reads: as fast as it can, and as slowly as the operator."""

    operator: Figures
    informed: Figures
    paced: Figures


class Disturbances:
    """The measurements beside which other programs used the machine."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.largest = 0.0

    @asynccontextmanager
    async def watch(self, what: str) -> AsyncIterator[None]:
        """Compare what the machine did during the block with what this process and its children did."""
        say(what)
        before = MachineTime.read()
        yield
        self.note(what, MachineTime.read().others_since(before))

    def note(self, what: str, share: float) -> None:
        """Note the share of the machine that others used during a measurement."""
        self.largest = max(self.largest, share)
        if share > LARGEST_SHARE:
            self.found.append(f"{what}: others used {share:.0%} of the machine")

    def describe(self) -> str:
        """Return the load of the machine by others in one line."""
        load = f"others used at most {self.largest:.0%} of the machine"
        return f"DISTURBED, do not use its times: {load}" if self.found else load


async def measure_rounds(
    setup: BenchSetup,
    kind: ConnectorKind,
    objects: int,
    rounds: int,
    disturbances: Disturbances,
    *,
    also_idle: bool,
) -> Figures:
    """Measure bare client and operator in turn; return the medians, and the ratios with their spread.

    `also_idle`: measure an idle operator and a restart, too, beside the connectors of the last burst.
    """
    bare, found, idle = list[Figures](), list[Round](), Figures()
    for number in range(rounds):
        async with disturbances.watch(f"{objects} connectors, round {number + 1} of {rounds}: the bare client"):
            bare.append(await phases.raw(setup, kind, objects))
        async with _loaded_operator(setup, kind, objects, disturbances) as burst:
            if also_idle and number == rounds - 1:
                idle = await _measure_idle(setup, kind, objects, disturbances)
        found.append(await _measure_informed(setup, kind, objects, disturbances, burst))
    async with disturbances.watch(f"{objects} connectors: the bare client once more"):
        bare.append(await phases.raw(setup, kind, objects))
    if also_idle:
        async with disturbances.watch("the bare client, one connector after another"):
            single = await phases.raw(setup, kind, phases.SINGLE, informed=True, pace=one_by_one)
        idle |= {"least_quiet_new_p50_s": single["p50_s"], "least_quiet_new_p99_s": single["p99_s"]}
    return compare(bare, found, objects) | idle


async def _measure_informed(
    setup: BenchSetup, kind: ConnectorKind, objects: int, disturbances: Disturbances, burst: Figures
) -> Round:
    """Measure the bare client with watches and reads beside a burst of the operator."""
    async with disturbances.watch(f"{objects} connectors: the bare client with watches and reads"):
        informed = await phases.raw(setup, kind, objects, informed=True)
    async with disturbances.watch(f"{objects} connectors: the same as slowly as the operator"):
        pace = evenly(burst["seconds"] / objects)
        return Round(burst, informed, await phases.raw(setup, kind, objects, informed=True, pace=pace))


async def measure_operator(setup: BenchSetup, kind: ConnectorKind, objects: int, disturbances: Disturbances) -> Figures:
    """Measure one burst, an idle operator and a restart, without the bare client."""
    async with _loaded_operator(setup, kind, objects, disturbances) as burst:
        return {"objects": objects, **burst} | await _measure_idle(setup, kind, objects, disturbances)


@asynccontextmanager
async def _loaded_operator(
    setup: BenchSetup, kind: ConnectorKind, objects: int, disturbances: Disturbances
) -> AsyncIterator[Figures]:
    """Run the operator for the length of the block, beside the connectors of a burst; yields the burst's figures."""
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(phases.running_operator(setup))
        async with disturbances.watch(f"{objects} connectors: the operator"):
            burst = await stack.enter_async_context(phases.burst(setup, kind, objects))
        yield burst


async def _measure_idle(setup: BenchSetup, kind: ConnectorKind, objects: int, disturbances: Disturbances) -> Figures:
    """Return what a new connector, an idle minute and a restart cost beside so many connectors."""
    async with disturbances.watch(f"{objects} connectors: quiet, idle"):
        figures = await phases.quiet(setup, kind) | await phases.idle(setup)
    async with disturbances.watch(f"{objects} connectors: a restart"):
        return figures | await phases.restart(setup, kind)


async def measure_refreshes(setup: BenchSetup, kind: ConnectorKind, disturbances: Disturbances) -> Figures:
    """Measure steady refreshes, without and with rotating refresh tokens."""
    figures = Figures()
    for rotates in (False, True):
        name = "rotating refreshes" if rotates else "refreshes"
        async with phases.running_operator(setup), disturbances.watch(f"steady {name}"):
            found = await refresh_steadily(setup, ConnectorKind(kind.endpoint, SHORT, rotates=rotates))
        figures |= {f"rotating_{key}" if rotates else key: value for key, value in found.items()}
    return figures


def compare(bare: Sequence[Figures], rounds: Sequence[Round], objects: int) -> Figures:
    """Return the medians of the operator's figures, and its ratios to the runs of the bare client beside it."""
    beside = [{name: (one[name] + next_one[name]) / 2 for name in one} for one, next_one in pairwise(bare)]
    compared = [
        _compare_operator(each, bare_run, objects) | _compare_informed(each.informed, bare_run)
        for each, bare_run in zip(rounds, beside, strict=True)
    ]
    spread = {
        f"{name}_{word}": choose(each[name] for each in compared)
        for name in RATIOS
        for word, choose in (("least", min), ("most", max))
    }
    medians = _find_medians([each.operator for each in rounds]) | _find_medians(compared)
    return {**medians, **(spread if len(rounds) > 1 else {}), "objects": objects, "rounds": len(rounds)}


def _find_medians(runs: Sequence[Figures]) -> Figures:
    return {name: statistics.median(run[name] for run in runs) for name in runs[0]}


def _compare_informed(informed: Figures, bare: Figures) -> Figures:
    """Return the least that an operator can cost: what watches and reads add to the bare client."""
    return {
        "least_api_cpu_ratio": informed["api_cpu"] / bare["api_cpu"],
        "least_api_allocations_ratio": informed["api_allocations"] / bare["api_allocations"],
        "least_ratio_to_ceiling": bare["seconds"] / informed["seconds"],
    }


def _compare_operator(found: Round, bare: Figures, objects: int) -> Figures:
    operator, bare_cpu = found.operator, bare["own_cpu"] * 1000 / objects
    seconds = operator["seconds"] * objects / (objects + operator["probes"])  # single connectors are created beside
    return {
        "ceiling_seconds": bare["seconds"],
        "ceiling_new_p50_s": bare["p50_s"],
        "ceiling_new_p99_s": bare["p99_s"],
        "ratio_to_ceiling": bare["seconds"] / seconds,
        "api_cpu_ratio": operator["api_cpu"] / bare["api_cpu"],
        "api_cpu_ratio_at_pace": operator["api_cpu"] / found.paced["api_cpu"],
        "api_allocations_ratio": operator["api_allocations"] / bare["api_allocations"],
        "cpu_ratio": operator["cpu_ms_per_object"] / bare_cpu,
        "api_cpu_ms_per_object": operator["api_cpu"] * 1000 / objects,
        "api_allocations_per_object": operator["api_allocations"] / objects,
        "ceiling_cpu_ms_per_object": bare_cpu,
        "ceiling_api_cpu_ms_per_object": bare["api_cpu"] * 1000 / objects,
    }
