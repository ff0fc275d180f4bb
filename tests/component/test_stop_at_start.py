"""SIGTERM while a process starts, with an API server that is unreachable: it ends at once, with exit status 0."""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from signal import SIGTERM

import pytest
import yaml

from devtools.cluster.kubeconfig import write_kubeconfig
from devtools.local.child import Child
from devtools.local.free_port import free_port
from tests.support.certificates import make_tls
from tests.support.cluster import until
from tests.support.process_environment import build_environment

COLLECTING = (
    "import atexit, gc, sys; from oauth_connector.__main__ import main;"
    "atexit.register(lambda: print(f'collects {gc.isenabled()}, kept {gc.get_freeze_count() > 0}')); sys.exit(main())"
)
"""A program that also prints whether it collected garbage, when it ends."""

HEAVY = ("pydantic_core", "uvloop", "orjson", "aiohttp")
"""Packages whose import takes long; each has a shared library, which the process maps."""

SETTINGS = {"run": {}, "consent": {"publicURL": "https://connect.example.com", "stopDelaySeconds": 0}}


def is_handled(child: Child) -> bool:
    """Return whether the process handles SIGTERM."""
    status = Path(f"/proc/{child.pid}/status").read_text()
    caught = next(line for line in status.splitlines() if line.startswith("SigCgt:"))
    return bool(int(caught.split()[1], 16) >> (SIGTERM - 1) & 1)


def maps(child: Child, *packages: str) -> bool:
    """Return whether the process has imported one of these packages."""
    mapped = Path(f"/proc/{child.pid}/maps").read_text()
    return any(f"/{package}/" in mapped for package in packages)


MOMENTS: dict[str, Callable[[Child], bool]] = {
    "as soon as it handles signals": is_handled,
    "during its imports": lambda child: maps(child, "pydantic_core"),
    "late in its imports": lambda child: maps(child, "uvloop"),
    "while the API server is unreachable": lambda child: '"port"' in child.log.read_text(),
}


@pytest.fixture
def start(tmp_path: Path) -> Callable[..., Child]:
    """Return a function that starts a command."""

    def start_command(command: str, *program: str) -> Child:
        user = {"token": "mine"}
        kubeconfig = write_kubeconfig(tmp_path / "kubeconfig", "https://127.0.0.1:1", make_tls(tmp_path).ca, user)
        config = tmp_path / "config.yaml"
        config.write_text(yaml.safe_dump({"httpHost": "127.0.0.1", "httpPort": free_port(), **SETTINGS[command]}))
        arguments = ["--config", str(config), "--kubeconfig", str(kubeconfig)]
        python = (sys.executable, *(program or ("-m", "oauth_connector")))
        return Child([*python, command, *arguments], tmp_path / "log", build_environment())

    return start_command


@pytest.mark.parametrize("moment", MOMENTS.values(), ids=MOMENTS.keys())
@pytest.mark.parametrize("command", SETTINGS)
async def test_a_process_that_starts_can_be_stopped(
    command: str, moment: Callable[[Child], bool], start: Callable[..., Child]
) -> None:
    """The signal is not lost, whenever it comes, and the process does not wait for the API server."""
    child = await asyncio.to_thread(start, command)
    while not moment(child):
        assert not child.has_ended, child.last_line()
        await asyncio.sleep(0.001)
    child.signal(SIGTERM)

    async def has_ended() -> bool:
        return child.has_ended

    await until(has_ended, within=10)
    assert child.stop() == 0
    assert "Traceback" not in child.log.read_text()


@pytest.mark.parametrize("command", SETTINGS)
async def test_signals_are_handled_before_the_imports(command: str, start: Callable[..., Child]) -> None:
    """When SIGTERM is handled, none of the packages whose import takes long has been imported."""
    child = await asyncio.to_thread(start, command)
    early = True
    while not is_handled(child):
        early = not maps(child, *HEAVY)
        await asyncio.sleep(0)
    child.kill()
    assert early


@pytest.mark.parametrize("command", SETTINGS)
async def test_a_server_collects_garbage_once_it_has_started(command: str, start: Callable[..., Child]) -> None:
    """It collects none while it imports; what it has imported is never visited again."""
    child = await asyncio.to_thread(start, command, "-c", COLLECTING)

    async def is_serving() -> bool:
        return MOMENTS["while the API server is unreachable"](child)

    await until(is_serving, within=30)
    assert child.stop() == 0
    assert child.last_line() == "collects True, kept True"
