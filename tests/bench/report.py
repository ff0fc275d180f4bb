"""The results of a benchmark: a table with targets, and a plot of cost over the number of objects."""

from collections.abc import Mapping, Sequence
from operator import ge, le
from pathlib import Path

from matplotlib.figure import Figure
from rich.table import Table

from tests.bench.phases import Figures

Targets = Mapping[str, tuple[str, float]]

_COMPARED = {"<=": le, ">=": ge}
_PANELS = (
    ("seconds until all Secrets are there", ("seconds", "ceiling_seconds")),
    ("CPU, ms an object", ("cpu_ms_per_object", "api_cpu_ms_per_object", "ceiling_api_cpu_ms_per_object")),
    ("resident memory, MiB", ("rss_mib",)),
    ("one new connector, seconds (p99)", ("new_p99_s", "quiet_new_p99_s")),
)
_NAMES = {
    "seconds": "operator",
    "ceiling_seconds": "bare client",
    "cpu_ms_per_object": "operator",
    "api_cpu_ms_per_object": "API server, for the operator",
    "ceiling_api_cpu_ms_per_object": "API server, for the bare client",
    "rss_mib": "operator",
    "new_p99_s": "in the burst",
    "quiet_new_p99_s": "when all is quiet",
}


def table(results: Sequence[Figures], targets: Targets, load: str) -> Table:
    """Return a row for each figure, with a column for each number of objects and its target; below it, the load."""
    shown = Table(title="What the operator costs", caption=load)
    shown.add_column("figure")
    for figures in results:
        shown.add_column(f"{figures['objects']:.0f} objects", justify="right")
    shown.add_column("target", justify="right")
    names = dict.fromkeys(name for figures in results for name in figures if name != "objects")
    for name in names:
        cells = [_cell(name, figures, targets) for figures in results]
        shown.add_row(name, *cells, " ".join(map(str, targets[name])) if name in targets else "")
    return shown


def plot(results: Sequence[Figures], path: Path) -> None:
    """Plot each figure over the number of objects."""
    figure = Figure(figsize=(10, 7), layout="constrained")
    objects = [figures["objects"] for figures in results]
    for axes, (title, names) in zip(figure.subplots(2, 2).flat, _PANELS, strict=True):
        for name in names:
            axes.plot(objects, [figures[name] for figures in results], marker="o", label=_NAMES[name])
        axes.set_title(title)
        axes.set_xlabel("connectors")
        axes.set_xlim(left=0)
        axes.set_ylim(bottom=0)
        axes.grid(alpha=0.3)
        axes.legend()
    figure.savefig(path, dpi=110)


def _cell(name: str, figures: Figures, targets: Targets) -> str:
    value = figures.get(name)
    if value is None:
        return ""
    text = f"{value:.4g}"
    if name not in targets:
        return text
    sign, target = targets[name]
    return f"[green]{text} ✓[/]" if _COMPARED[sign](value, target) else f"[red]{text} ✗[/]"
