"""A clock that a test moves."""

from dataclasses import dataclass


@dataclass
class ManualClock:
    """Seconds, as a test sets them."""

    now: float = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now
