"""A server process is controlled by lines of JSON."""

import os
import sys
from pathlib import Path

import pytest

from devtools.local.server_process import ServerProcess, ServerProcessError

ECHO = "import sys\nfor line in sys.stdin: print(line, end='', flush=True)"
FAILS = "import sys; sys.exit('the port is taken')"


def start(program: str, folder: Path) -> ServerProcess:
    """Run a few lines of Python as a server."""
    return ServerProcess((sys.executable, "-c", program), folder / "log")


def test_a_server_answers_each_line_and_stops_at_the_end_of_its_input(tmp_path: Path) -> None:
    """Responses are in the order of the requests; closing the input stops the server."""
    server = start(ECHO, tmp_path)
    assert [server.ask({"number": number}) for number in (1, 2)] == [{"number": 1}, {"number": 2}]
    server.stop()
    with pytest.raises(ProcessLookupError):
        os.kill(server.pid, 0)


def test_a_server_that_cannot_start_reports_the_reason(tmp_path: Path) -> None:
    """The error contains the last line of its log."""
    server = start(FAILS, tmp_path)
    with pytest.raises(ServerProcessError, match="the port is taken"):
        server.ask({})
    server.stop()
