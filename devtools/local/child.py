"""A child process that ends with this process, even if this process is terminated by SIGKILL."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from signal import SIGKILL, SIGTERM, Signals
from typing import Protocol

GRACE = 10.0
PARENT_BOUND = Path(__file__).with_name("parent_bound.py")

# Linux ends the child with the *thread* that started it. One thread, which exists as long as the process, starts all.
_STARTER = ThreadPoolExecutor(max_workers=1, thread_name_prefix="starter")


class Process(Protocol):
    """What a child needs of its process: `subprocess.Popen` has it."""

    @property
    def pid(self) -> int:
        """The process id."""

    def poll(self) -> int | None:
        """Return the exit status, or None while it runs."""

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end, and return the exit status. Raises `subprocess.TimeoutExpired`."""

    def send_signal(self, sig: int) -> None:
        """Send it a signal."""


class Child:
    """A process in a group of its own, so that Ctrl-C reaches the parent only; its output is written to a file.

    A command that cannot be run ends at once; its log has the reason.
    """

    def __init__(self, command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None) -> None:
        self.log = log
        launcher = [sys.executable, "-I", "-S", str(PARENT_BOUND), str(os.getpid())]
        self._process: Process = _STARTER.submit(_start, [*launcher, *command], log, environment).result()

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def has_ended(self) -> bool:
        """Return whether it has ended."""
        return self._process.poll() is not None

    def last_line(self) -> str:
        """Return the last line of its log."""
        lines = self.log.read_text(errors="replace").strip().splitlines()
        return lines[-1] if lines else "(no output)"

    def signal(self, number: Signals) -> None:
        """Send it a signal."""
        self._process.send_signal(number)

    def stop(self, by: Signals = SIGTERM) -> int:
        """Stop it and its own children, by SIGKILL after ten seconds; return its exit status."""
        self._signal_group(by)
        try:
            return self._process.wait(timeout=GRACE)
        except subprocess.TimeoutExpired:
            return self.kill()

    def kill(self) -> int:
        """Kill it and its own children; return its exit status."""
        self._signal_group(SIGKILL)
        return self._process.wait()

    def _signal_group(self, number: Signals) -> None:
        if not self.has_ended:  # its group exists until its status is read
            os.killpg(self.pid, number)


def _start(command: Sequence[str], log: Path, environment: Mapping[str, str] | None) -> "subprocess.Popen[bytes]":
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=environment,
            start_new_session=True,
        )
