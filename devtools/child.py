"""A program that ends with us: stopped in order when we end well, by the kernel when we are killed."""

import ctypes
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

PR_SET_PDEATHSIG = 1
GRACE = 10.0


class Child:
    """A process in a group of its own, so that Ctrl-C is for us alone, with its output in a file."""

    def __init__(self, command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None) -> None:
        self.log = log
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=environment,
                start_new_session=True,
                preexec_fn=_die_with_parent,  # noqa: PLW1509  # it makes one system call and touches no lock
            )

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

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self._process.send_signal(number)

    def stop(self) -> int:
        """Ask it to end, by force after ten seconds, and give its exit status."""
        if not self.ended:
            self._process.terminate()
        try:
            return self._process.wait(timeout=GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()


_LIBC = ctypes.CDLL(None)


def _die_with_parent() -> None:
    """Ask Linux to kill us when the thread that started us ends; elsewhere there is no such call."""
    if hasattr(_LIBC, "prctl"):
        _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
