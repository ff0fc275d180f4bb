"""The operator as a process of its own, with its own ServiceAccount."""

import asyncio
import os
import signal
import sys
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

import yaml

from devtools.local.child import Child
from tests.support.cluster import until
from tests.support.listening_port import find_listening_port
from tests.support.preloaded_program import ForkedChild, preload
from tests.support.process_environment import ROOT, build_environment

ALONE = {"leaderElection": False}
"""Many tests share an API server, and each has its own operator. Those of leader election set it to true."""

FAILURE = "a reconciliation failed"
"""The message of an unexpected error in the log; tests/unit/support checks that the operator uses it."""


MODULES = ("oauth_connector.cli.main", "oauth_connector.app")
"""What the process imports when it starts."""


class OperatorProcess:
    """An operator process; `start` starts it, `stop` and `kill` end it, and it can be started again."""

    def __init__(self, folder: Path, kubeconfig: Path, ports: Sequence[int], **settings: object) -> None:
        self._folder = folder
        self._kubeconfig = kubeconfig
        self._child: Child | None = None
        self._own = {"httpHost": "127.0.0.1", "httpPort": 0, **ALONE, **settings}
        self._config = folder / f"mounted-{uuid4()}" / "config.yaml"
        self._mount(yaml.safe_dump({"allowedDestinations": _allow(ports), **self._own}))
        self.log = folder / "operator.log"

    async def start(self) -> None:
        """Start it, and wait until its caches are synchronised."""
        await self.launch()
        await until(self._is_ready, within=30)

    def configure(self, ports: Sequence[int], **settings: object) -> None:
        """Change the settings in the file as a kubelet does in a mounted ConfigMap."""
        self._mount(yaml.safe_dump({"allowedDestinations": _allow(ports), **self._own, **settings}))

    def write_settings(self, text: str) -> None:
        """Replace the content of the settings file, whatever it is."""
        self._mount(text)

    def _mount(self, text: str) -> None:
        """Show a new version of the file by swapping one symbolic link, as the kubelet's atomic writer does."""
        mounted = self._config.parent
        version = mounted / f"..{uuid4()}"
        version.mkdir(parents=True)
        (version / self._config.name).write_text(text)
        swapped = mounted / "..data_tmp"
        swapped.symlink_to(version.name)
        swapped.rename(mounted / "..data")
        if not self._config.is_symlink():
            self._config.symlink_to(Path("..data", self._config.name))

    async def launch(self) -> None:
        """Start it without waiting."""
        arguments = ["--config", str(self._config), "--kubeconfig", str(self._kubeconfig)]
        self._child = self._start_child(arguments)

    def _start_child(self, arguments: Sequence[str]) -> Child:
        program = preload("oauth_connector.__main__:main", *MODULES)
        return ForkedChild(program, ["run", *arguments], self.log, os.environ)

    async def stop(self) -> int:
        """Send SIGTERM, and return the exit status."""
        child, self._child = self._child, None
        return await asyncio.to_thread(child.stop) if child is not None else 0

    async def kill(self) -> None:
        """Send SIGKILL."""
        if self._child is not None:
            self._child.signal(signal.SIGKILL)
            await self.stop()

    def terminate(self) -> None:
        """Send SIGTERM without waiting."""
        if self._child is not None:
            self._child.signal(signal.SIGTERM)

    @property
    def pid(self) -> int:
        """The process id, while it runs."""
        assert self._child is not None
        return self._child.pid

    @property
    def has_ended(self) -> bool:
        """Return whether it has ended."""
        return self._child is None or self._child.has_ended

    async def page(self, path: str) -> tuple[int, str]:
        """Get a page of its health and metrics server, whose port it has chosen; status 0 where it does not respond."""
        port = find_listening_port(self.pid) if self._child is not None else None
        return await asyncio.to_thread(_page, f"http://127.0.0.1:{port}{path}") if port is not None else (0, "")

    async def _is_ready(self) -> bool:
        if self._child is not None and self._child.has_ended:
            raise AssertionError(f"the operator ended: {self._child.last_line()}")
        return (await self.page("/readyz"))[0] == 200

    def read_log(self) -> str:
        """Return its log."""
        return self.log.read_text() if self.log.exists() else ""


class TrappedOperator(OperatorProcess):
    """An operator that ends or stops itself once it is armed (see `operator_with_points`)."""

    def arm(self, signal_name: str, passes: int) -> None:
        """Make it send a signal to itself when this number of reconciliations has reached their points."""
        part = self._folder / "armed.part"
        part.write_text(f"{signal_name} {passes}")
        part.rename(self._armed)

    def resume(self) -> None:
        """Send SIGCONT to a process that has stopped itself."""
        assert self._child is not None
        self._child.signal(signal.SIGCONT)

    @property
    def stopped(self) -> bool:
        """Whether it has stopped itself."""
        return Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"

    @property
    def _armed(self) -> Path:
        return self._folder / "armed"

    def _start_child(self, arguments: Sequence[str]) -> Child:
        program = preload("tests.support.operator_with_points:main")
        return ForkedChild(program, ["--armed", str(self._armed), *arguments], self.log, os.environ)


class StandaloneOperator(OperatorProcess):
    """An operator with an interpreter of its own, for what is measured; it imports the package from a folder."""

    source = ROOT / "operator"

    def _start_child(self, arguments: Sequence[str]) -> Child:
        command = [sys.executable, "-m", "oauth_connector", "run", *arguments]
        return Child(command, self.log, build_environment(self.source))


def _allow(ports: Sequence[int]) -> list[dict[str, object]]:
    return [{"cidr": "127.0.0.0/8", "ports": list(ports), "http": True}] if ports else []


def _page(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310  # loopback
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""
