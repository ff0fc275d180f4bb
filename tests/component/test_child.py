"""Child processes end with their parent."""

from pathlib import Path
from threading import Thread

from devtools.local.child import Child
from tests.support.polling import wait_until
from tests.support.processes import is_running, python

SLEEP = ("sleep", "600")
STARTS_ONE = f"""\
import signal, sys
from pathlib import Path
from devtools.local.child import Child
print(Child({SLEEP}, Path(sys.argv[1])).pid, flush=True)
signal.pause()
"""


def last_line(child: Child) -> str:
    """Wait until a program has written to its log; return the last line."""
    wait_until(lambda: child.log.read_text() != "", "the program has last_line something")
    return child.last_line()


def test_children_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    """A program that receives SIGKILL cannot stop its children; the kernel ends them."""
    with python("-c", STARTS_ONE, str(tmp_path / "log")) as (parent, line):
        pid = int(line)
        assert is_running(pid)
        parent.kill()
    wait_until(lambda: not is_running(pid), "the child has ended")


def test_a_child_continues_when_the_thread_that_started_it_ends(tmp_path: Path) -> None:
    """It ends with the process, not with one of its threads."""
    started: list[Child] = []
    thread = Thread(target=lambda: started.append(Child(SLEEP, tmp_path / "log")))
    thread.start()
    thread.join()
    Child(SLEEP, tmp_path / "another").stop()  # by now the kernel would have ended the first
    [child] = started
    assert not child.has_ended
    child.kill()


def test_the_children_of_a_stopped_child_end_too(tmp_path: Path) -> None:
    """For example, a build ends with its compilers."""
    child = Child(("sh", "-c", "sleep 600 & echo $!; wait"), tmp_path / "log")
    grandchild = int(last_line(child))
    child.stop()
    wait_until(lambda: not is_running(grandchild), "what the child started has ended")


def test_a_stopped_child_can_exit_by_itself_and_its_status_is_returned(tmp_path: Path) -> None:
    """SIGTERM is sent first."""
    child = Child(("sh", "-c", "trap 'exit 7' TERM; echo ready; while :; do sleep 0.1; done"), tmp_path / "log")
    last_line(child)
    assert child.stop() == 7
    assert child.stop() == 7


def test_a_command_that_cannot_be_run_ends_and_logs_the_reason(tmp_path: Path) -> None:
    """The log has the reason in words."""
    child = Child(("/nowhere/etcd",), tmp_path / "log")
    wait_until(lambda: child.has_ended, "the child has ended")
    assert child.last_line() == "/nowhere/etcd: No such file or directory"
