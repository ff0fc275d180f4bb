"""Become another program that Linux ends when the parent process ends: `parent_bound.py PARENT COMMAND…`.

`child.py` runs this file as a process of its own, because a program with threads may run no Python code between fork
and exec. Systems other than Linux have no such call; there it only becomes the other program.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Sequence

PR_SET_PDEATHSIG = 1
CANNOT_RUN = 127


def become(parent: int, command: Sequence[str]) -> str:
    """Become the program; return the reason if that fails."""
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
