"""Blocking calls in daemon threads, which do not delay the end of the command."""

import asyncio
import os
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
LONGEST_LINE = 65_536
STDIN, END = 0, b"\x04"


async def run_in_thread(call: Callable[[], T]) -> T:
    """Run a blocking call in a thread. After a cancellation the thread continues: Ctrl-C does not wait for Enter."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[T] = loop.create_future()

    def give(result: T | None, error: Exception | None) -> None:
        if answer.done():
            return
        if error is not None:
            answer.set_exception(error)
        else:
            answer.set_result(result)  # type: ignore[arg-type]  # without an error there is a result

    def run() -> None:
        result, failed = None, None
        try:
            result = call()
        except Exception as error:  # noqa: BLE001  # it is raised in the task that waits
            failed = error
        if not loop.is_closed():
            loop.call_soon_threadsafe(give, result, failed)

    threading.Thread(target=run, daemon=True).start()
    return await answer


def read_line() -> str | None:
    """Read a line of standard input; return nothing at its end.

    It reads from the descriptor: the buffer of Python has a lock, which an abandoned thread would hold at exit.
    """
    line = b""
    while not line.endswith((b"\n", b"\r")) and len(line) < LONGEST_LINE:
        got = os.read(STDIN, 1)
        if not got or got == END:  # Ctrl-D without line editing
            return line.decode(errors="replace").strip() or None
        line += got
    return line.decode(errors="replace").strip()
