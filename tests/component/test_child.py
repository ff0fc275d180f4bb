"""Programs that end with the one that started them."""

from pathlib import Path
from threading import Thread

from devtools.local.child import Child
from tests.support.processes import is_running, python, wait_until

SLEEP = ("sleep", "600")
STARTS_ONE = f"""\
import signal, sys
from pathlib import Path
from devtools.local.child import Child
print(Child({SLEEP}, Path(sys.argv[1])).pid, flush=True)
signal.pause()
"""


def said(child: Child) -> str:
    """Wait until a program has said something; gives the last of it."""
    wait_until(lambda: child.log.read_text() != "", "the program has said something")
    return child.last_line()


def test_killed_program_takes_its_children_along(tmp_path: Path) -> None:
    """A program that is killed has no time to end what it started: the kernel does."""
    with python("-c", STARTS_ONE, str(tmp_path / "log")) as (parent, line):
        pid = int(line)
        assert is_running(pid)
        parent.kill()
    wait_until(lambda: not is_running(pid), "the child has ended")


def test_child_outlives_the_thread_that_asked_for_it(tmp_path: Path) -> None:
    """It ends with the process, not with one of its threads."""
    started: list[Child] = []
    thread = Thread(target=lambda: started.append(Child(SLEEP, tmp_path / "log")))
    thread.start()
    thread.join()
    Child(SLEEP, tmp_path / "another").stop()  # by now the kernel would have ended the first
    [child] = started
    assert not child.ended
    child.kill()


def test_stopped_child_takes_along_what_it_started(tmp_path: Path) -> None:
    """A build, say, ends with its compilers."""
    child = Child(("sh", "-c", "sleep 600 & echo $!; wait"), tmp_path / "log")
    grandchild = int(said(child))
    child.stop()
    wait_until(lambda: not is_running(grandchild), "what the child started has ended")


def test_stopped_child_may_end_in_order_and_its_status_is_told(tmp_path: Path) -> None:
    """It is asked first."""
    child = Child(("sh", "-c", "trap 'exit 7' TERM; echo ready; while :; do sleep 0.1; done"), tmp_path / "log")
    said(child)
    assert child.stop() == 7
    assert child.stop() == 7


def test_command_that_cannot_be_run_ends_and_says_why(tmp_path: Path) -> None:
    """The log holds the reason, in words."""
    child = Child(("/nowhere/etcd",), tmp_path / "log")
    wait_until(lambda: child.ended, "the child has ended")
    assert child.last_line() == "/nowhere/etcd: No such file or directory"
