"""What else the machine did during a measurement: a run beside other programs measures them."""

import os
import time
from dataclasses import dataclass
from pathlib import Path

PROCESSORS = os.cpu_count() or 1
TICKS = os.sysconf("SC_CLK_TCK")
LARGEST_SHARE = 0.1
"""The share of the machine's CPU that others may use, or that its host withholds, in a measurement that counts."""

_IDLE = frozenset({3, 4})  # the columns idle and iowait of /proc/stat
_COLUMNS = 8  # what follows is counted in earlier columns already


@dataclass(frozen=True, slots=True)
class MachineTime:
    """CPU seconds so far, of the whole machine and of this process with all that it has started; and the time."""

    busy: float
    own: float
    at: float

    @classmethod
    def read(cls) -> "MachineTime":
        """Read the CPU times from the kernel."""
        columns = [int(field) for field in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]]
        busy = sum(ticks for number, ticks in enumerate(columns[:_COLUMNS]) if number not in _IDLE)
        return cls(busy / TICKS, _sum_own() / TICKS, time.monotonic())

    def others_since(self, before: "MachineTime", processors: int = PROCESSORS) -> float:
        """Return the share of the machine that others used since an earlier reading, between 0 and 1."""
        available = (self.at - before.at) * processors
        others = (self.busy - before.busy) - (self.own - before.own)
        return max(0.0, others / available) if available > 0 else 0.0


def _sum_own() -> int:
    """Return the ticks of this process and its descendants; those that have ended count in their parent."""
    parents: dict[int, int] = {}
    ticks: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has just ended
        pid = int(folder.name)
        parents[pid], ticks[pid] = int(fields[1]), sum(map(int, fields[11:15]))
    own, found = {os.getpid()}, 1
    while found:
        children = {pid for pid, parent in parents.items() if parent in own} - own
        own |= children
        found = len(children)
    return sum(ticks.get(pid, 0) for pid in own)
