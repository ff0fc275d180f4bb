"""Become another program, one that Linux kills as soon as the one that started us ends: `tethered.py PARENT COMMAND…`.

Run as a file of its own by `child.py`, since between fork and exec a program with threads may run nothing of Python.
Elsewhere than on Linux there is no such call, and it only becomes the other program.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Sequence

PR_SET_PDEATHSIG = 1
CANNOT_RUN = 127


def become(parent: int, command: Sequence[str]) -> str:
    """Become the program; gives the reason if that cannot be."""
    libc = ctypes.CDLL(None)
    if hasattr(libc, "prctl"):
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        return "the program that started it has ended"
    for number in (signal.SIGPIPE, signal.SIGINT):  # Python or a shell's `&` ignores them, and that outlasts exec
        signal.signal(number, signal.SIG_DFL)
    try:
        os.execvp(command[0], list(command))  # noqa: S606  # to start a program as it is, without a shell, is the point
    except OSError as error:
        return error.strerror or "cannot be run"


if __name__ == "__main__":
    reason = become(int(sys.argv[1]), sys.argv[2:])
    print(f"{sys.argv[2]}: {reason}", file=sys.stderr)
    sys.exit(CANNOT_RUN)
