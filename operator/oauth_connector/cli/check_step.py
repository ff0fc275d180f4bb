"""What one step of a check found."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class CheckStep:
    """One step: what was looked at, whether it is well, what was found or how to mend it, further facts by name."""

    name: str
    well: bool
    text: str
    facts: Mapping[str, str] = field(default_factory=dict)
