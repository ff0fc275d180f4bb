"""A node leaves nothing behind: no process, mount, interface, cgroup or file."""

import os
import sys
from functools import partial
from pathlib import Path
from signal import SIGKILL, SIGTERM, Signals

import pytest

from devtools.cluster.node.cgroups import hierarchies
from devtools.cluster.pod_cluster import run_kubectl
from devtools.go_programs.programs import program
from devtools.local.child import Child
from tests.support.polling import wait_until

ROOT = Path(__file__).parents[2]
FIXED_PATHS = (
    *("/run/containerd", "/run/netns", "/run/xtables.lock", "/var/lib/cni", "/var/lib/containerd", "/var/lib/kubelet"),
    *("/var/lib/kubelet-plugins", "/var/log/containers", "/var/log/pods", "/etc/cni/net.d"),
)
"""Where kubelet, containerd and CNI plugins write to paths that cannot be configured."""
WITHIN = 240.0
wait_for = partial(wait_until, within=WITHIN, pause=0.1)
pytestmark = pytest.mark.timeout(900)


def started_node(log: Path) -> Child:
    """Start a node in a process of its own, and wait until it is ready."""
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}/operator:{ROOT}"}
    child = Child([sys.executable, "-m", "devtools.cluster.node"], log, environment)
    wait_for(lambda: child.has_ended or "export KUBECONFIG=" in log.read_text(), log.read_text())
    assert not child.has_ended, log.read_text()
    return child


def folder_of(log: Path) -> Path:
    """Return the folder of a node, from what it printed."""
    line = next(line for line in log.read_text().splitlines() if "KUBECONFIG=" in line)
    return Path(line.partition("=")[2]).parent


def traces(folder: Path) -> set[str]:
    """Return what exists on this machine of the node with a folder."""
    found = {str(path) for path in (folder, *(root / folder.name for root in hierarchies())) if path.exists()}
    found |= {line for line in Path("/proc/self/mounts").read_text().splitlines() if folder.name in line}
    for command in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            text = command.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue  # the process has ended
        if folder.name in text and "cat >/dev/null" not in text:
            found.add(text)
    return found


def surroundings() -> set[str]:
    """Return the interfaces of this machine, and which of the fixed paths exist."""
    return {path.name for path in Path("/sys/class/net").iterdir()} | {
        path for path in FIXED_PATHS if Path(path).exists()
    }


@pytest.mark.parametrize(
    "number",
    [pytest.param(SIGTERM, id="terminated", marks=pytest.mark.long), pytest.param(SIGKILL, id="killed")],
)
def test_ended_node_leaves_nothing(number: Signals, tmp_path: Path) -> None:
    """One signal to the program that started the node ends everything, and a second node can be started at once."""
    before = surroundings()
    node = started_node(tmp_path / "node.log")
    folder = folder_of(tmp_path / "node.log")
    assert traces(folder)
    during = surroundings()
    node.signal(number)
    wait_for(lambda: node.has_ended, "the program did not end")
    wait_for(lambda: not traces(folder), f"{traces(folder)}")
    assert surroundings() == during == before


@pytest.mark.long
def test_two_nodes_do_not_disturb_each_other(tmp_path: Path) -> None:
    """A second node with the same addresses starts beside the first one, and its end does not affect the first one."""
    first, second = started_node(tmp_path / "first.log"), started_node(tmp_path / "second.log")
    second.stop(SIGTERM)
    kubeconfig = folder_of(tmp_path / "first.log") / "admin.kubeconfig"
    status = ("rollout", "status", "--namespace=kube-system", "deployment/coredns")
    try:
        run_kubectl(program("kubectl"), kubeconfig, status, None)
    finally:
        first.stop(SIGTERM)
