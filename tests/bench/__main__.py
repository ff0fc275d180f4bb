"""`make bench`: the cost of the operator, beside a bare client that does the same work on the same API server.

    python -m tests.bench [--objects 1000 5000] [--without-steady] [--output build]

Writes `bench.json`, `bench.txt` and `bench.png`. Every ratio compares two timings of one run.
"""

import argparse
import asyncio
import json
import sys
from pathlib import Path

from rich.console import Console

from tests.bench import phases
from tests.bench.report import plot, table
from tests.bench.setup import WRITES, BenchSetup, bench_setup

WARM_UP = 200
TARGETS: dict[str, tuple[str, float]] = {
    "ratio_to_ceiling": (">=", 0.65),
    "api_cpu_ratio": ("<=", 1.2),
    "cpu_ms_per_object": ("<=", 2.5),
    "rss_kib_per_object": ("<=", 15.0),
    "writes_per_object": ("<=", 2.0),
    "reads_per_object": ("<=", 2.0),
    "new_p99_s": ("<=", 2.0),
    "quiet_new_p99_s": ("<=", 0.1),
    "late_p99_s": ("<=", 1.0),
    "restart_token_calls": ("<=", 0.0),
    "restart_writes": ("<=", 0.0),
    "idle_writes_per_min": ("<=", 0.0),
    "rss_mib": ("<=", 256.0),
}


async def run(objects: list[int], *, whole: bool) -> list[phases.Figures]:
    """Run all phases for each number of objects, and return the figures of each."""
    async with bench_setup() as setup:
        _say("warming up")
        await phases.raw(setup, WARM_UP)
        return [await _run(setup, n, whole=whole and n == min(objects)) for n in objects]


async def _run(setup: BenchSetup, objects: int, *, whole: bool) -> phases.Figures:
    _say(f"{objects} objects: the bare client")
    before = await phases.raw(setup, objects)
    async with phases.running_operator(setup):
        async with setup.namespace(f"burst-{objects}") as namespace:
            _say(f"{objects} objects: the operator")
            figures = await phases.burst(setup, namespace, objects)
            _say("quiet, idle, restart")
            figures |= await phases.quiet(setup) | await phases.idle(setup) | await phases.restart(setup)
        if whole:
            _say("steady refreshes")
            figures |= await phases.steady(setup)
    _say(f"{objects} objects: the bare client once more")
    after = await phases.raw(setup, objects)
    ceiling, api_cpu, own = ((before[name] + after[name]) / 2 for name in ("seconds", "api_cpu", "own_cpu"))
    return figures | {
        "objects": objects,
        "ceiling_seconds": ceiling,
        "ratio_to_ceiling": ceiling / figures["seconds"],
        "api_cpu_ratio": figures["api_cpu"] / api_cpu,
        "api_cpu_ms_per_object": figures["api_cpu"] * 1000 / objects,
        "ceiling_cpu_ms_per_object": own * 1000 / objects,
        "ceiling_api_cpu_ms_per_object": api_cpu * 1000 / objects,
        **_requests(figures),
    }


def _requests(figures: phases.Figures) -> phases.Figures:
    """Return the requests for an object, in total and by kind, to two digits, because one probe may be incomplete."""
    made = [(name.split()[1], value) for name, value in figures.items() if name.startswith("requests ")]
    written = sum(value for verb, value in made if verb in WRITES)
    read = sum(value for verb, value in made if verb not in WRITES)
    return {
        "requests_per_object": round(written + read, 2),
        "writes_per_object": round(written, 2),
        "reads_per_object": round(read, 2),
    }


def main() -> int:
    """Run the benchmark, write the results, and print them."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="What the operator costs.")
    parser.add_argument("--objects", type=int, nargs="+", default=[1000, 5000], help="how many connectors, in turn")
    parser.add_argument("--without-steady", action="store_true", help="leave the two minutes of refreshes out")
    parser.add_argument("--output", type=Path, default=Path("build"), help="the folder for the results")
    asked = parser.parse_args()
    results = asyncio.run(run(asked.objects, whole=not asked.without_steady))
    asked.output.mkdir(parents=True, exist_ok=True)
    (asked.output / "bench.json").write_text(json.dumps(results, indent=2, sort_keys=True) + "\n")
    shown = table(results, TARGETS)
    Console().print(shown)
    with (asked.output / "bench.txt").open("w") as file:
        Console(file=file, width=120).print(shown)
    plot(results, asked.output / "bench.png")
    return 0


def _say(what: str) -> None:
    print(f"bench: {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
