"""Standard output whose reader ends first, as in `oauth-connector check … | head`."""

import os
import sys
from collections.abc import Callable

OUTPUT_CLOSED = 141
"""Exit status of a command whose output has no reader any more: that of a program which SIGPIPE ends (128 + 13)."""


def run_while_read(command: Callable[[], int]) -> int:
    """Run a command and write all of its output; return its exit status, or `OUTPUT_CLOSED`."""
    try:
        try:
            return command()
        finally:
            sys.stdout.flush()  # here: an error of the flush at exit cannot be caught
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OUTPUT_CLOSED
