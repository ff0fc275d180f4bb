"""Programs of the project that tests start often: each is imported once, and forks for each process."""

import json
import os
import select
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from threading import Lock

from devtools.local.child import Child
from tests.support.process_environment import ROOT, build_environment


class PreloadedProgram:
    """A program whose modules a server has imported; `preload` starts the server."""

    def __init__(self, function: str, modules: Sequence[str]) -> None:
        self._function = function
        self._lock = Lock()
        self._socket, given = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        command = [sys.executable, "-m", "tests.support.fork_server", *modules]
        environment = build_environment(ROOT / "operator", ROOT)
        with given:
            self._server = subprocess.Popen(  # noqa: S603  # our own program
                command, stdin=given.fileno(), env=environment, cwd=ROOT, start_new_session=True
            )

    def start(
        self, arguments: Sequence[str], environment: Mapping[str, str], files: Sequence[int], folder: Path | None = None
    ) -> "ForkedProcess":
        """Start a process of the program; `files` are its standard input, output and error."""
        request = {
            "function": self._function,
            "arguments": list(arguments),
            "environment": dict(environment),
            "folder": str(folder or Path.cwd()),
        }
        pid = self.ask(request, files)
        assert pid is not None
        return ForkedProcess(self, pid)

    def ask(self, request: Mapping[str, object], files: Sequence[int] = ()) -> int | None:
        """Send a request to the server, and return its answer; see `fork_server`."""
        with self._lock:
            socket.send_fds(self._socket, [json.dumps(request).encode()], files)
            answer: int | None = json.loads(self._socket.recv(64))
        return answer


@cache
def preload(function: str, *modules: str) -> PreloadedProgram:
    """Return the program that calls a function, `module:name`, with modules imported, by default the function's.

    It ends with this process.
    """
    return PreloadedProgram(function, modules or (function.partition(":")[0],))


class ForkedProcess:
    """A process of a preloaded program, with the interface of `subprocess.Popen`."""

    def __init__(self, program: PreloadedProgram, pid: int) -> None:
        self._program = program
        self._ended = os.pidfd_open(pid)
        self._status: int | None = None
        self.pid = pid

    def poll(self) -> int | None:
        """Return the exit status, negative for a signal; None while it runs."""
        if self._status is None:
            self._status = self._program.ask({"poll": self.pid})
            if self._status is not None:
                os.close(self._ended)
        return self._status

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end, and return the exit status. Raises `subprocess.TimeoutExpired`."""
        if self._status is None:
            ended = select.poll()
            ended.register(self._ended, select.POLLIN)
            ended.poll(None if timeout is None else timeout * 1000)
        status = self.poll()
        if status is None:
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
        return status

    def send_signal(self, sig: int) -> None:
        """Send it a signal, if it has not ended."""
        if self.poll() is None:
            os.kill(self.pid, sig)


class ForkedChild(Child):
    """A process of a preloaded program whose output is written to a file."""

    def __init__(
        self, program: PreloadedProgram, arguments: Sequence[str], log: Path, environment: Mapping[str, str]
    ) -> None:
        self.log = log
        with log.open("ab") as output, Path(os.devnull).open("rb") as nothing:
            files = (nothing.fileno(), output.fileno(), output.fileno())
            self._process = program.start(arguments, environment, files)
