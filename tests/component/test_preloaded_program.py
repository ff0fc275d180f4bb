"""A process of a preloaded program is one of its own, and ends as any other."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.support.polling import wait_until
from tests.support.preloaded_program import ForkedChild, PreloadedProgram, preload
from tests.support.processes import is_running, python

SHELL = "tests.support.any_command:main"
STARTS_ONE = f"""\
import os, signal, sys
from pathlib import Path
from tests.support.preloaded_program import ForkedChild, preload
print(ForkedChild(preload("{SHELL}"), ("sleep", "600"), Path(sys.argv[1]), os.environ).pid, flush=True)
signal.pause()
"""


@pytest.fixture
def shell() -> PreloadedProgram:
    """Return a program that becomes any command."""
    return preload(SHELL)


def run(program: PreloadedProgram, log: Path, script: str, **environment: str) -> ForkedChild:
    """Start a script of the shell."""
    return ForkedChild(program, ("sh", "-c", script), log, {"PATH": os.environ["PATH"], **environment})


def test_a_process_has_its_own_arguments_and_environment(shell: PreloadedProgram, tmp_path: Path) -> None:
    """Nothing of the program that forks it is in its environment, and its output and its exit status are its own."""
    child = run(shell, tmp_path / "log", "env; exit 7", ONE="1")
    wait_until(lambda: child.has_ended, "it has ended")
    lines = child.log.read_text().splitlines()
    assert "ONE=1" in lines
    assert not [line for line in lines if line.startswith("PYTHONPATH=")]
    assert (child.stop(), child.kill()) == (7, 7)


def test_a_process_leads_its_own_session(shell: PreloadedProgram, tmp_path: Path) -> None:
    """Ctrl-C in the terminal of the tests does not reach it, and what it starts ends with it."""
    child = run(shell, tmp_path / "log", "sleep 600 & echo $!; wait")
    wait_until(lambda: child.log.read_text().endswith("\n"), "its child runs")
    grandchild = int(child.last_line())
    assert os.getsid(child.pid) == os.getsid(grandchild) == child.pid
    assert child.stop() == -signal.SIGTERM
    wait_until(lambda: not is_running(grandchild), "what it started has ended")


def test_a_process_that_runs_is_waited_for_until_a_deadline(shell: PreloadedProgram, tmp_path: Path) -> None:
    """The error is that of other processes."""
    child = run(shell, tmp_path / "log", "sleep 600")
    with pytest.raises(subprocess.TimeoutExpired):
        child._process.wait(0.01)
    assert child.kill() == -signal.SIGKILL


def test_processes_end_when_the_tests_are_killed(tmp_path: Path) -> None:
    """The program that forks them ends when its socket is closed, and the kernel ends them."""
    with python("-c", STARTS_ONE, str(tmp_path / "log")) as (parent, line):
        pid = int(line)
        assert is_running(pid)
        parent.kill()
    wait_until(lambda: not is_running(pid), "the process has ended")
