"""A program that ends with us: stopped in order when we end well, by the kernel when we are killed."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from signal import SIGKILL, SIGTERM, Signals

GRACE = 10.0
PARENT_BOUND = Path(__file__).with_name("parent_bound.py")

# Linux ends a tethered program with the thread that started it, so one thread starts them all and lasts as long as we.
_STARTER = ThreadPoolExecutor(max_workers=1, thread_name_prefix="starter")


class Child:
    """A process in a group of its own, so that Ctrl-C is for us alone, with its output in a file.

    A command that cannot be run ends at once, and the log says why.
    """

    def __init__(self, command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None) -> None:
        self.log = log
        tether = [sys.executable, "-I", "-S", str(PARENT_BOUND), str(os.getpid())]
        self._process = _STARTER.submit(_start, [*tether, *command], log, environment).result()

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def ended(self) -> bool:
        """Whether it has ended."""
        return self._process.poll() is not None

    def last_words(self) -> str:
        """Give the last line of its log."""
        lines = self.log.read_text(errors="replace").strip().splitlines()
        return lines[-1] if lines else "(nothing)"

    def signal(self, number: Signals) -> None:
        """Send it a signal."""
        self._process.send_signal(number)

    def stop(self, by: Signals = SIGTERM) -> int:
        """Ask it and what it started to end, by force after ten seconds, and give its exit status."""
        self._signal_group(by)
        try:
            return self._process.wait(timeout=GRACE)
        except subprocess.TimeoutExpired:
            return self.kill()

    def kill(self) -> int:
        """End it and what it started by force, and give its exit status."""
        self._signal_group(SIGKILL)
        return self._process.wait()

    def _signal_group(self, number: Signals) -> None:
        if not self.ended:  # until it is waited for, its group exists
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
