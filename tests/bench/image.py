"""`make bench-image`: size, start and memory of the image, on a control plane of its own.

    python -m tests.bench.image [--starts 5]

Writes `build/image/bench.json`, and prints a table with the targets. The process runs with a read-only root, as user
65532. A start lasts from the launch to the first 200 of `/readyz`. A figure over its target ends the command with 1.
While other programs use the machine, the time of a start is no figure of the image: it is printed and not judged.
"""

import argparse
import asyncio
import json
import statistics
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.table import Table

from devtools.cluster.control_plane import ControlPlane
from devtools.image import archive
from devtools.image.image_archive import extract, read_facts
from devtools.local.temporary_folder import temporary_folder
from tests.bench.machine import LARGEST_SHARE, MachineTime
from tests.bench.setup import MANIFESTS, ROOT, Cost
from tests.support.image_processes import OperatorInImage

TARGETS: Mapping[str, float] = {"unpacked_mb": 110, "packed_mb": 40, "start_best_s": 1, "rss_mb": 80}
REST = 10.0
"""Seconds after the start, when its memory is measured."""
KIB, MEGABYTE = 1024, 1_000_000


async def measure(starts: int) -> Mapping[str, float]:
    """Return the figures of the image; `others` is the share of the machine that other programs used meanwhile."""
    facts = read_facts(archive())
    began = MachineTime.read()
    with (
        ControlPlane(ROOT / "crds", *MANIFESTS) as plane,
        temporary_folder("oauth-connector-bench-image-") as folder,
    ):
        root = folder / "root"
        root.mkdir()
        folder.chmod(0o755)
        extract(archive(), root)
        kubeconfig = plane.kubeconfig_for("oauth-connector-system", "oauth-connector")
        timed = [await _start(root, folder, kubeconfig) for _ in range(starts)]
        resident = await _rest(root, folder, kubeconfig)
    return {
        "unpacked_mb": facts.unpacked / MEGABYTE,
        "packed_mb": facts.packed / MEGABYTE,
        "start_best_s": min(seconds for seconds, _ in timed),
        "start_median_s": statistics.median(seconds for seconds, _ in timed),
        "start_cpu_s": min(cpu for _, cpu in timed),
        "rss_mb": resident / MEGABYTE,
        "others": MachineTime.read().others_since(began),
    }


async def _start(root: Path, folder: Path, kubeconfig: Path) -> tuple[float, float]:
    """Start and stop the operator; return the seconds until it was ready, and its CPU seconds in that time."""
    operator = OperatorInImage(root, folder, kubeconfig)
    began = time.monotonic()
    await operator.start()
    seconds, cpu = time.monotonic() - began, Cost.of(operator.pid).cpu
    await operator.stop()
    return seconds, cpu


async def _rest(root: Path, folder: Path, kubeconfig: Path) -> int:
    """Return the resident memory of an operator without connectors, in bytes."""
    operator = OperatorInImage(root, folder, kubeconfig)
    await operator.start()
    try:
        await asyncio.sleep(REST)
        return Cost.of(operator.pid).rss * KIB
    finally:
        await operator.stop()


def find_missed(figures: Mapping[str, float]) -> list[str]:
    """Return the names of the figures that miss their targets; a time counts only on a machine without other work."""
    timed = frozenset() if figures["others"] <= LARGEST_SHARE else frozenset({"start_best_s"})
    return [name for name, target in TARGETS.items() if figures[name] > target and name not in timed]


def main() -> int:
    """Measure, print and write the figures; return 1 where one misses its target."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.image", description=main.__doc__)
    parser.add_argument("--starts", type=int, default=5, help="number of starts")
    parser.add_argument("--output", type=Path, default=Path("build/image"), help="folder of bench.json")
    given = parser.parse_args()
    figures = asyncio.run(measure(given.starts))
    given.output.mkdir(parents=True, exist_ok=True)
    (given.output / "bench.json").write_text(json.dumps(figures, indent=2) + "\n")
    table = Table("figure", "measured", "target")
    for name, value in figures.items():
        table.add_row(name, f"{value:.2f}", f"≤ {TARGETS[name]:g}" if name in TARGETS else "")
    Console().print(table)
    missed = find_missed(figures)
    if missed:
        print(f"over the target: {', '.join(missed)}", file=sys.stderr)
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main())
