"""Start programs of the project as processes, and inspect processes through /proc."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]


@contextmanager
def python(*arguments: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """Run Python in the repository; return the process and the first line of its output, and wait for its end."""
    command = (sys.executable, *arguments)
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603  # our own
        try:
            assert process.stdout is not None
            yield process, process.stdout.readline().strip()
        except BaseException:
            process.kill()
            raise


def is_running(pid: int) -> bool:
    """Return whether a process exists and has not ended."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


def find_processes(text: str) -> list[int]:
    """Return the ids of the processes whose command contains a text."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = path.read_bytes()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if text.encode() in command:
            found.append(int(path.parent.name))
    return found
