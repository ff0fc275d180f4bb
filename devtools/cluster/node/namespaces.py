"""The namespaces of a node: network, mounts and processes of its own. With the first process, all others end."""

import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from devtools.cluster.node.network import NODE_ADDRESS
from devtools.cluster.pod_cluster import ClusterError
from devtools.local.child import Child

PATIENCE = 120.0
"""Seconds that the first process may take to start."""
NAMESPACES = ("--net", "--mount", "--pid")

SYSCTLS = {"vm/overcommit_memory": "1", "vm/panic_on_oom": "0", "kernel/panic": "10", "kernel/panic_on_oops": "1"}
"""What the kubelet would set for the whole machine. It reads these values in its own mount namespace instead."""
SHARED_FOLDERS = ("/var/lib", "/var/log")
"""Where kubelet and CNI plugins write to fixed paths."""


class Namespaces:
    """Namespaces that exist from `start` to `stop`; they end with this process, even by SIGKILL.

    `init` is the program that becomes the first process in them.
    """

    def __init__(self, init: Path, folder: Path) -> None:
        command = ["unshare", *NAMESPACES, "--fork", "--kill-child=SIGKILL", "--mount-proc", "--propagation", "private"]
        self._unshare = Child([*command, str(init)], folder / "namespaces.log")
        self.pid = self._wait_for_init(init.name)
        self._folder = folder

    def prepare(self) -> None:
        """Mount private copies of what programs write outside the node's folder, and configure the network."""
        for command in (*self._mounts(), *_network()):
            self.run(*command)

    def command(self, *command: str) -> list[str]:
        """Return a command that runs another one in the namespaces."""
        return ["nsenter", f"--target={self.pid}", *NAMESPACES, "--", *command]

    def run(self, *command: str) -> str:
        """Run a command in the namespaces and return its output. Raises `ClusterError`."""
        done = subprocess.run(self.command(*command), capture_output=True, text=True, check=False)
        if done.returncode:
            raise ClusterError(f"{' '.join(command)}: {done.stderr.strip()}")
        return done.stdout

    def stop(self) -> None:
        """Kill all processes in the namespaces."""
        self._unshare.kill()

    def _wait_for_init(self, name: str) -> int:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and not self._unshare.has_ended:
            for pid in _children(self._unshare.pid):
                if Path(f"/proc/{pid}/comm").read_text().strip() == name:
                    return pid
            time.sleep(0.02)
        raise ClusterError(f"The namespaces of the node cannot be created: {self._unshare.last_line()}")

    def _mounts(self) -> list[Sequence[str]]:
        return [
            ("mount", "-t", "tmpfs", "tmpfs", "/run"),
            *(command for folder in SHARED_FOLDERS for command in _overlay(folder)),
            *(command for name, value in SYSCTLS.items() for command in self._sysctl(name, value)),
            ("mount", "--make-rshared", "/"),  # the mounts of the kubelet must be visible in containers
        ]

    def _sysctl(self, name: str, value: str) -> list[Sequence[str]]:
        file = self._folder / name.replace("/", "-")
        file.write_text(f"{value}\n")
        return [("mount", "--bind", str(file), f"/proc/sys/{name}")]


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def _overlay(folder: str) -> list[Sequence[str]]:
    """Return the commands that mount a copy of a folder, whose changes are in memory."""
    upper, work = (f"/run/overlays{folder}/{part}" for part in ("upper", "work"))
    options = f"lowerdir={folder},upperdir={upper},workdir={work}"
    return [("mkdir", "-p", upper, work), ("mount", "-t", "overlay", "overlay", "-o", options, folder)]


def _network() -> list[Sequence[str]]:
    """Return the commands that configure the network: a default route for addresses of Services, to nowhere."""
    return [
        ("ip", "link", "set", "lo", "up"),
        ("ip", "link", "add", "node0", "type", "veth", "peer", "name", "nowhere"),
        ("ip", "link", "set", "nowhere", "up"),
        ("ip", "addr", "add", f"{NODE_ADDRESS}/24", "dev", "node0"),
        ("ip", "link", "set", "node0", "up"),
        ("ip", "route", "add", "default", "dev", "node0"),
        ("sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward"),
    ]
