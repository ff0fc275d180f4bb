"""What a session on a cluster measured: printed at its end, and written to `build/cluster/report.json`."""

import json
from collections.abc import Iterator
from pathlib import Path

FILE = Path(__file__).parents[3] / "build/cluster/report.json"


class Report:
    """Figures by what they describe, in the order in which they were measured."""

    def __init__(self) -> None:
        self._figures: dict[str, str] = {}

    def add(self, what: str, figure: str) -> None:
        """Add a figure with its unit; a second one replaces the first."""
        self._figures[what] = figure

    def lines(self) -> Iterator[str]:
        """Return the lines of a table."""
        width = max(map(len, self._figures), default=0)
        return (f"{what:{width}}  {figure}" for what, figure in self._figures.items())

    def write(self) -> None:
        """Write the figures as JSON."""
        FILE.parent.mkdir(parents=True, exist_ok=True)
        FILE.write_text(json.dumps(self._figures, indent=2) + "\n")
