"""What a command tells a person while it works: on standard error, in colour on a terminal only.

What comes from the cluster may hold anything: characters that would steer the terminal are shown as dots.
"""

import os
import stat
import sys
import time
from collections.abc import Callable
from contextlib import nullcontext

from rich.console import Console
from rich.text import Text

from oauth_connector.kubectl_plugin.blocking_calls import STDIN, read_line, run_in_thread
from oauth_connector.kubectl_plugin.errors import CommandFailed
from oauth_connector.kubectl_plugin.terminal_mode import noncanonical_mode

PLAIN_PACE = 60.0
"""Seconds between two lines of progress where no terminal can show it in place."""


def strip_control_characters(text: object) -> str:
    """Give a text without what would steer a terminal."""
    return "".join(letter if letter.isprintable() else "·" for letter in str(text))


class Terminal:
    """Lines for a person, one of which may be in the making."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._console = Console(stderr=True, highlight=False, soft_wrap=True)
        self._monotonic = monotonic
        self._shown = 0
        self._waiting = ""
        self._told = 0.0

    def info(self, text: str, mark: str = "", style: str = "") -> None:
        """Say a line."""
        self._clear()
        self._console.print(Text(f"{mark} " if mark else "", style=style) + Text(text))

    def success(self, text: str) -> None:
        """Say that something is done."""
        self.info(text, "✓", "green")

    def warn(self, text: str) -> None:
        """Say what somebody should know."""
        self.info(text, "!", "yellow")

    def progress(self, what: str, left: str) -> None:
        """Say what is waited for, and how much time is left: in place on a terminal, elsewhere now and then."""
        if self._console.is_terminal:
            self._clear()
            line = f"… {what} ({left} left)"[: max(20, self._console.width - 1)]
            self._console.file.write(line)
            self._console.file.flush()
            self._shown = len(line)
        elif what != self._waiting or self._monotonic() - self._told >= PLAIN_PACE:
            self.info(f"… {what} ({left} left)")
            self._waiting, self._told = what, self._monotonic()

    async def ask(self, question: str, *, long: bool = False) -> str:
        """Ask for a line; `long` ones are not shown, and may be longer than terminals take. Raises `CommandFailed`."""
        self._clear()
        with (
            noncanonical_mode() if long else nullcontext()
        ):  # before it is asked: who pastes at once is not shown either
            self._console.file.write(question)
            self._console.file.flush()
            answer = await run_in_thread(read_line)
        if long:
            self._console.file.write("\n")
        if answer is None:
            raise CommandFailed("Standard input has ended before an answer came: run the command in a terminal.")
        return answer

    def _clear(self) -> None:
        if self._shown:
            self._console.file.write("\r" + " " * self._shown + "\r")
            self._shown = 0


def can_answer() -> bool:
    """Tell whether standard input can give an answer: a terminal, or another program's pipe; not /dev/null."""
    return sys.stdin is not None and (sys.stdin.isatty() or not stat.S_ISCHR(os.fstat(STDIN).st_mode))


def is_interactive() -> bool:
    """Tell whether somebody is there to answer."""
    return sys.stdin.isatty() and sys.stderr.isatty()
