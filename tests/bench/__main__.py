"""`make bench`: the cost of the operator, beside a bare client that does the same work on the same API server.

    python -m tests.bench [--objects 1000 5000] [--rounds 3] [--only-bursts | --only-operator] [--output build]

Writes `bench.json`, `bench.txt` and `bench.png`. Every ratio compares timings of one run. The exit status is 1 where
other programs disturbed the run, so that its times mean nothing; a missed target does not change it.
"""

import argparse
import asyncio
import json
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from tests.bench import phases
from tests.bench.connector_kinds import ConnectorKind
from tests.bench.phases import Figures
from tests.bench.progress import say
from tests.bench.report import plot, table
from tests.bench.rounds import RATIOS, Disturbances, measure_operator, measure_refreshes, measure_rounds
from tests.bench.setup import bench_setup

WARM_UP = 200
TARGETS: dict[str, tuple[str, float]] = {
    "ratio_to_ceiling": (">=", 0.75),
    "api_cpu_ratio": ("<=", 1.1),
    "cpu_ratio": ("<=", 2.7),
    "writes_per_object": ("<=", 2.0),
    "reads_per_object": ("<=", 1.0),
    "new_p99_s": ("<=", 1.0),
    "quiet_new_p99_s": ("<=", 0.05),
    "late_p99_s": ("<=", 0.5),
    "cpu_ms_per_refresh": ("<=", 3.0),
    "reads_per_refresh": ("<=", 2.0),
    "writes_per_refresh": ("<=", 2.0),
    "rotating_late_p99_s": ("<=", 0.5),
    "rotating_cpu_ms_per_refresh": ("<=", 3.0),
    "rotating_reads_per_refresh": ("<=", 2.0),
    "rotating_writes_per_refresh": ("<=", 4.0),
    "restart_s": ("<=", 8.0),
    "restart_token_calls": ("<=", 0.0),
    "restart_writes": ("<=", 0.0),
    "idle_writes_per_min": ("<=", 0.0),
    "idle_cpu_ms_per_min": ("<=", 300.0),
    "rss_mib": ("<=", 220.0),
}

OF_VARIANTS = (
    *(f"{name}{word}" for name in RATIOS if not name.startswith("least") for word in ("", "_least", "_most")),
    "cpu_ms_per_object",
    "reads_per_object",
)
"""The figures that are reported of TLS and of own credentials."""


async def run(options: argparse.Namespace, disturbances: Disturbances, results: list[Figures]) -> None:
    """Run all phases for each number of connectors, and append the figures of each to the results."""
    async with bench_setup() as setup:
        plain = ConnectorKind(setup.endpoint)
        if options.only_operator:
            for objects in options.objects:
                results.append(await measure_operator(setup, plain, objects, disturbances))  # noqa: PERF401  # as it comes
            return
        say("warming up")
        await phases.raw(setup, plain, WARM_UP)
        for objects in options.objects:
            found = await measure_rounds(setup, plain, objects, options.rounds, disturbances, also_idle=True)
            results.append(found)
        if not options.only_bursts:
            results[0] |= await measure_refreshes(setup, plain, disturbances)
            variants = {
                "tls": ConnectorKind(setup.endpoint, tls=True),
                "own_secrets": ConnectorKind(setup.endpoint, own_secret=True),
            }
            for name, kind in variants.items():
                say(f"variant: {name}")
                found = await measure_rounds(
                    setup, kind, options.objects[0], options.rounds, disturbances, also_idle=False
                )
                results[0] |= {f"{name}_{figure}": found[figure] for figure in OF_VARIANTS if figure in found}


def parse_options() -> argparse.Namespace:
    """Read the command line; an invalid one ends the program."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench",
        description="What the operator costs. The exit status is 1 where other programs disturbed a measurement.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument(
        "--objects", type=positive, nargs="+", default=[1000, 5000], help="how many connectors, in turn"
    )
    parser.add_argument("--rounds", type=positive, default=3, help="how often bare client and operator run in turn")
    parts = parser.add_mutually_exclusive_group()
    parts.add_argument("--only-bursts", action="store_true", help="leave out refreshes, TLS and own credentials")
    parts.add_argument("--only-operator", action="store_true", help="measure one burst, without the bare client")
    parser.add_argument("--output", type=Path, default=Path("build"), help="the folder for the results")
    return parser.parse_args()


def positive(text: str) -> int:
    """Return a number of the command line that is at least 1."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def main() -> int:
    """Run the benchmark, write the results, and print them."""
    options = parse_options()
    results, disturbances = list[Figures](), Disturbances()
    try:
        asyncio.run(run(options, disturbances, results))
    finally:
        if results:  # also those before a failure: they took long
            report(results, disturbances, options)
    return 1 if disturbances.found else 0


def report(results: list[Figures], disturbances: Disturbances, options: argparse.Namespace) -> None:
    """Write the results, and print them."""
    options.output.mkdir(parents=True, exist_ok=True)
    written = {
        "results": results,
        "others": disturbances.largest,
        "disturbed": disturbances.found,
        "python": platform.python_version(),
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    (options.output / "bench.json").write_text(json.dumps(written, indent=2, sort_keys=True) + "\n")
    shown = table(results, TARGETS, disturbances.describe())
    Console().print(shown)
    with (options.output / "bench.txt").open("w") as file:
        Console(file=file, width=120).print(shown)
    if not options.only_operator:
        plot(results, options.output / "bench.png")
    for found in disturbances.found:
        say(f"DISTURBED, do not use its times: {found}")


if __name__ == "__main__":
    sys.exit(main())
