"""The operator as a process that ends or stops itself between claim and publish, when a test has armed it.

It is the real operator; only the function at its points is from here. A connector whose name begins with that of a
point, as in `claimed-strict`, waits there. When the given number of connectors waits, the process sends the signal to
itself: SIGKILL, or SIGSTOP, after which it resumes at the same place.
"""

import argparse
import asyncio
import os
import signal
import sys
from pathlib import Path

import uvloop

from oauth_connector.app import build_operator
from oauth_connector.controller.grant_store import FaultPoint
from oauth_connector.kube.access import Access
from oauth_connector.settings import operator as settings
from oauth_connector.telemetry import logging


class Trap:
    """Armed by a file with the signal and the number of reconciliations that must wait for it."""

    def __init__(self, armed: Path) -> None:
        self._armed = armed
        self._held = 0
        self._let_go = asyncio.Event()

    async def __call__(self, point: FaultPoint) -> None:
        """Wait here if this reconciliation is selected; the last one sends the signal."""
        if self._let_go.is_set() or not self._armed.exists() or not _is_meant(point):
            return
        name, count = self._armed.read_text().split()
        self._held += 1
        if self._held == int(count):
            os.kill(os.getpid(), signal.Signals[name])
            self._let_go.set()
        await self._let_go.wait()


def _is_meant(point: FaultPoint) -> bool:
    """Return whether this reconciliation must wait: the name of the task is that of the connector."""
    task = asyncio.current_task()
    connector = task.get_name().rpartition("/")[2] if task is not None else ""
    return connector.startswith(f"{point.value}-")


async def _serve(chosen: settings.Settings, armed: Path) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await build_operator(chosen, Access.load(chosen.kubeconfig), Trap(armed)).run(stop)


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
