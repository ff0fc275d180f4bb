"""A program that has imported a part of the project, and forks for each process that a test starts.

usage: fork_server.py MODULE…, with a socket as its standard input

The imports are most of the CPU time of a short process. Each process is one of its own, as if it were started by a
command: with its own arguments, environment, session and standard files. This program has one thread, so it may fork.
It ends when the other end of its socket is closed, and its children end with it.
"""

import ctypes
import fcntl
import gc
import importlib
import json
import os
import signal
import socket
import sys
import termios
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

LARGEST = 1 << 17
"""Bytes of the largest request: it contains an environment."""

PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class StartRequest:
    """A process to become: `function` is `module:name`, `files` become standard input, output and error."""

    function: str
    arguments: Sequence[str]
    environment: dict[str, str]
    folder: str
    files: Sequence[int]


def serve(connection: socket.socket) -> StartRequest | None:
    """Answer requests until the socket is closed, and return None; in a forked process, return what it is to become.

    A request is the members of `StartRequest`, which is answered with the process id, or `{"poll": <process id>}`,
    which is answered with the exit status, or null while the process runs.
    """
    while True:
        data, files, _, _ = socket.recv_fds(connection, LARGEST, 3)
        if not data:
            return None
        request: dict[str, Any] = json.loads(data)
        if "poll" in request:
            answer = _poll(request["poll"])
        else:
            answer = os.fork()
            if answer == 0:
                connection.close()
                return StartRequest(**request, files=files)
            for each in files:
                os.close(each)
        connection.send(json.dumps(answer).encode())


def _poll(pid: int) -> int | None:
    ended, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if ended else None


def become(request: StartRequest, parent: int) -> None:
    """Make this forked process what it would be if a command had started it."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit("the program that started it has ended")
    os.setsid()
    for number, file in enumerate(request.files):
        os.dup2(file, number)
        os.close(file)
    if os.isatty(0):
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's `&` has it ignored, and children inherit that
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    sys.stdin, sys.stdout = open(0, closefd=False), open(1, "w", closefd=False)  # noqa: SIM115  # numbers, until the end
    sys.stderr = open(2, "w", buffering=1, errors="backslashreplace", closefd=False)  # noqa: SIM115  # as above
    os.environ.clear()
    os.environ.update(request.environment)
    time.tzset()
    os.chdir(request.folder)
    sys.argv = [request.function, *request.arguments]


def main(modules: Sequence[str]) -> int:
    """Serve, or run the function of a request in a forked process; return the exit status."""
    gc.disable()
    for module in modules:
        importlib.import_module(module)
    gc.freeze()  # so that the forked processes share these pages of memory
    parent = os.getpid()
    request = serve(socket.socket(fileno=os.dup(0)))
    if request is None:
        return 0
    become(request, parent)
    gc.enable()
    module, _, name = request.function.partition(":")
    status: int = getattr(importlib.import_module(module), name)()
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
