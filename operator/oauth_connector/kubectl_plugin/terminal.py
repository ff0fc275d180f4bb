"""Messages and questions of a command, on standard error, with colours only on a terminal.

Text from the cluster may contain control characters, which are replaced by dots. Line breaks are kept.
"""

import os
import shutil
import stat
import sys
import time
from collections.abc import Callable

from oauth_connector.kubectl_plugin.blocking_calls import STDIN, read_line, run_in_thread
from oauth_connector.kubectl_plugin.errors import CommandFailed
from oauth_connector.telemetry.terminal_text import Style, strip_control_characters, style_text

PLAIN_PACE = 60.0
"""Seconds between two lines of progress if the output is not a terminal."""


class Terminal:
    """Prints lines, the last of which may show progress in place."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._shown = 0
        self._waiting = ""
        self._printed_at = 0.0

    def info(self, text: str, mark: str = "", style: Style = Style.PLAIN) -> None:
        """Print a line."""
        self.clear()
        print(style_text(f"{mark} " if mark else "", style, sys.stderr) + _clean(text), file=sys.stderr, flush=True)

    def success(self, text: str) -> None:
        """Print a line about a success."""
        self.info(text, "✓", Style.GREEN)

    def warn(self, text: str) -> None:
        """Print a warning."""
        self.info(text, "!", Style.YELLOW)

    def fail(self, text: str) -> None:
        """Print a line about a failure."""
        self.info(text, "✗", Style.RED)

    def progress(self, what: str, left: str) -> None:
        """Show the progress and the remaining time: in place on a terminal, otherwise as a line per minute."""
        if sys.stderr.isatty():
            self.clear()
            columns = max(20, shutil.get_terminal_size().columns - 1)
            line = strip_control_characters(f"… {what} ({left} left)")[:columns]
            print(line, end="", file=sys.stderr, flush=True)
            self._shown = len(line)
        elif what != self._waiting or self._monotonic() - self._printed_at >= PLAIN_PACE:
            self.info(f"… {what} ({left} left)")
            self._waiting, self._printed_at = what, self._monotonic()

    async def ask(self, question: str, *, hidden: bool = False) -> str:
        """Ask for a line, which is `hidden` within `hidden_input`. Raises `CommandFailed`."""
        self.clear()
        print(_clean(question), end="", file=sys.stderr, flush=True)
        answer = await run_in_thread(read_line)
        if hidden:  # its line break is not shown either
            print(file=sys.stderr)
        if answer is None:
            raise CommandFailed("Standard input ended before an answer was entered. Run the command in a terminal.")
        return answer

    def clear(self) -> None:
        """Remove the progress, so that what follows begins on a line of its own."""
        if self._shown:
            print("\r" + " " * self._shown + "\r", end="", file=sys.stderr)
            self._shown = 0


def _clean(text: str) -> str:
    return strip_control_characters(text, keep="\n")


def can_answer() -> bool:
    """Return whether standard input can provide an answer: a terminal or a pipe, but not /dev/null."""
    return sys.stdin is not None and (sys.stdin.isatty() or not stat.S_ISCHR(os.fstat(STDIN).st_mode))


def is_interactive() -> bool:
    """Return whether input and output are a terminal."""
    return sys.stdin.isatty() and sys.stderr.isatty()
