"""A server of the tests or of the demo in a process of its own, told what to do by lines of JSON.

Each line of its standard input is answered by one on its standard output. It ends when its input ends, so it cannot
outlive the program that started it, however that ended; and no secret stands in its arguments or environment.
"""

import json
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

PATIENCE = 60.0  # seconds for one answer, the first of which includes the start


class ServerProcessError(Exception):
    """The server did not answer; the message ends with the last line of its log."""


class ServerProcess:
    """Starts at once; what the server writes to standard error goes to the file `log`."""

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
                # Ctrl-C is for the program that started us: it decides in which order its servers go.
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def ask(self, message: Mapping[str, object]) -> Mapping[str, object]:
        """Send one line and give the answer; raises ServerProcessError when there is none within a minute."""
        with self._turn:
            line = self._token_client(json.dumps(message))
        if not line:
            raise ServerProcessError(
                f"{self._name} ended or was silent for {PATIENCE:.0f} s; its log {self._last_words()}"
            )
        answer: dict[str, object] = json.loads(line)
        return answer

    def _token_client(self, line: str) -> str:
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

    def _last_words(self) -> str:
        lines = self._log.read_text(errors="replace").split("\n")
        return f"{self._log} ends with: {next((line for line in reversed(lines) if line.strip()), '(nothing)')}"

    def stop(self) -> None:
        """End the server, by force after five seconds."""
        try:
            self._process.communicate(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()
