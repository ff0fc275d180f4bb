"""A server of the tests or the demo in a process of its own, controlled by lines of JSON.

Each line of its standard input has one line of response on its standard output. The server stops at the end of its
input, so it always stops with its parent process. Its arguments and environment contain no secrets.
"""

import json
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

PATIENCE = 60.0  # seconds for one response; the first one includes the start


class ServerProcessError(Exception):
    """The server did not respond; the message ends with the last line of its log."""


class ServerProcess:
    """A server process, started at once; its standard error is written to the file `log`."""

    def __init__(self, command: Sequence[str], log: Path) -> None:
        self._name = Path(command[-1]).name
        self._log = log
        self._turn = threading.Lock()
        with log.open("w") as errors:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                # Ctrl-C reaches the parent only: it stops its servers in order.
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def ask(self, message: Mapping[str, object]) -> Mapping[str, object]:
        """Send one line and return the response; raise ServerProcessError if there is none within a minute."""
        with self._turn:
            line = self._send(json.dumps(message))
        if not line:
            raise ServerProcessError(
                f"{self._name} stopped or did not respond for {PATIENCE:.0f} s; its log {self._last_line()}"
            )
        answer: dict[str, object] = json.loads(line)
        return answer

    def _send(self, line: str) -> str:
        requests, answers = self._process.stdin, self._process.stdout
        if requests is None or answers is None:
            raise ServerProcessError(f"{self._name} was started without pipes")
        watchdog = threading.Timer(PATIENCE, self._process.kill)
        watchdog.start()
        try:
            requests.write(line + "\n")
            requests.flush()
            return answers.readline()
        except BrokenPipeError:
            return ""
        finally:
            watchdog.cancel()

    def _last_line(self) -> str:
        lines = self._log.read_text(errors="replace").split("\n")
        return f"{self._log} ends with: {next((line for line in reversed(lines) if line.strip()), '(nothing)')}"

    def stop(self) -> None:
        """Stop the server; kill it after five seconds."""
        try:
            self._process.communicate(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()
