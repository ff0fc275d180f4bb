"""What is true of a fleet of connectors through all faults."""

from tests.simulation.audit import Audit
from tests.simulation.fleet import Fleet, Plan
from tests.support.virtual_time import run_virtually


def check_promises(plan: Plan, window: int) -> None:
    """Simulate a plan; `window` is the time in minutes for which requests are counted to find a herd."""
    audit = run_virtually(Fleet(plan).live())
    assert audit.breaches == [], _summarize(audit)
    assert audit.bugs == 0
    assert audit.herd(window) <= 3
    assert audit.failing > 1000, "the weather was too good to show anything"


def _summarize(audit: Audit) -> str:
    """Return a summary of a run in one line."""
    return f"{audit.calls} calls, {audit.failing} in vain, {audit.refreshes} tokens, {audit.excused} died in an outage"
