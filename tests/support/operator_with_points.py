"""The operator as a process that ends or stops itself between claim and publish, when a test has armed it.

It is the real one; only what is called at its points comes from here. A connector whose name begins with that of a
point, as in `claimed-strict`, is held there. When so many are held as the test says, the process sends itself the
signal: SIGKILL, or SIGSTOP, from which it wakes up at the same place.
"""

import argparse
import asyncio
import os
import signal
import sys
from pathlib import Path

import uvloop

from oauth_connector.app import Operator
from oauth_connector.controller.grant_store import FaultPoint
from oauth_connector.kube.access import Access
from oauth_connector.settings import operator as settings
from oauth_connector.telemetry import logging


class Trap:
    """Set by a file that says which signal, and how many passes must be held for it."""

    def __init__(self, armed: Path) -> None:
        self._armed = armed
        self._held = 0
        self._let_go = asyncio.Event()

    async def __call__(self, point: FaultPoint) -> None:
        """Hold the pass here if it is one of those that are meant; the last of them brings the signal."""
        if self._let_go.is_set() or not self._armed.exists() or not _is_meant(point):
            return
        name, count = self._armed.read_text().split()
        self._held += 1
        if self._held == int(count):
            os.kill(os.getpid(), signal.Signals[name])
            self._let_go.set()
        await self._let_go.wait()


def _is_meant(point: FaultPoint) -> bool:
    """Tell by the name of the task, which is that of the connector."""
    task = asyncio.current_task()
    connector = task.get_name().rpartition("/")[2] if task is not None else ""
    return connector.startswith(f"{point.value}-")


async def _serve(chosen: settings.Settings, armed: Path) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await Operator(chosen, Access.load(chosen.kubeconfig), Trap(armed)).run(stop)


def main() -> None:
    """Run until SIGTERM."""
    parser = argparse.ArgumentParser()
    for name in ("config", "kubeconfig", "armed"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    given = parser.parse_args()
    chosen = settings.load({"config": given.config, "kubeconfig": given.kubeconfig})
    logging.configure(chosen.log_level, chosen.log_format, sys.stderr)
    uvloop.run(_serve(chosen, given.armed))


if __name__ == "__main__":
    main()
