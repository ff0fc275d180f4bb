"""A plugin of pytest: while several workers run tests, lines show the progress by tier, and a table ends the run.

Dots of several tiers at once would say nothing. A failure is named when it happens.
"""

import time
from collections.abc import Sequence

import pytest

from tests.support.tier_times import TierTimes

EVERY = 30.0
"""Seconds between two lines about the progress."""


class TierProgress:
    """Prints the progress of a run on several workers, in the process that controls them."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._times = TierTimes()
        self._began = self._printed = time.monotonic()

    def pytest_xdist_node_collection_finished(self, ids: Sequence[str]) -> None:
        """Note all tests; each worker has collected the same ones."""
        self._times.collect(ids)

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: pytest.CollectReport | pytest.TestReport) -> tuple[str, str, str] | None:
        """Count as pytest does, and print no letter: `pytest_runtest_logreport` prints lines."""
        if report.skipped or hasattr(report, "wasxfail"):
            return None
        if report.passed:
            return ("passed" if report.when == "call" else "", "", "")
        is_error = report.when in ("setup", "teardown")
        return ("error", "", "ERROR") if is_error else ("failed", "", "FAILED")  # words of pytest's summary

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count the time of a part of a test, and print what is worth a line."""
        self._times.add_seconds(report.nodeid, report.duration)
        if report.failed:
            self._print(f"{'FAILED' if report.when == 'call' else 'ERROR'} {report.nodeid}")
        complete = self._times.finish(report.nodeid) if report.when == "teardown" else None
        if complete is not None:
            self._print(f"complete: {self._times.describe_tier(complete)}")
        elif time.monotonic() - self._printed >= EVERY:
            self._print(self._times.describe_progress())

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print where the time went."""
        terminalreporter.section("where the time went")
        for line in self._times.list_lines():
            terminalreporter.write_line(line)

    def _print(self, line: str) -> None:
        self._printed = time.monotonic()
        reporter = self._config.pluginmanager.get_plugin("terminalreporter")
        if isinstance(reporter, pytest.TerminalReporter):
            reporter.write_line(f"{self._printed - self._began:5.0f} s  {line}")


def pytest_configure(config: pytest.Config) -> None:
    """Print in the controlling process of a run on several workers only."""
    if config.getoption("numprocesses", None) and not hasattr(config, "workerinput"):
        config.pluginmanager.register(TierProgress(config), "tier-progress")
