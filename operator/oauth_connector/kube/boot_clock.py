"""A clock for what is invalid after the suspension of a machine."""

import time


def read_boot_clock() -> float:
    """Return seconds that advance also while the machine is suspended; a clock of the event loop may not."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))
