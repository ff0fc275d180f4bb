"""What was requested from a small cluster in memory."""

from dataclasses import dataclass, field


@dataclass
class Calls:
    """The requests to the cluster, by name."""

    reads: list[str] = field(default_factory=list)
    writes: list[str] = field(default_factory=list)
