"""What a node is configured with, and what it says if it cannot start."""

from pathlib import Path

import pytest
import yaml

from devtools.cluster.node import packages
from devtools.cluster.node.components import arguments
from devtools.cluster.node.files import CLIENTS, NodeFiles, write_configuration, write_node_files
from devtools.cluster.open_cluster import open_cluster
from devtools.cluster.pod_cluster import ClusterError


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> NodeFiles:
    """Return the files of a node."""
    written = write_node_files(tmp_path_factory.mktemp("node"))
    write_configuration(written, "node.invalid/pause:1", "/node-x", Path("/usr/lib/cni"))
    return written


def test_kubelet_keeps_its_default_times(files: NodeFiles) -> None:
    """The tests measure how long the kubelet of a user takes, so it has no setting that makes it faster."""
    configuration = yaml.safe_load(files.configuration("kubelet.yaml").read_text())
    assert {"syncFrequency", "configMapAndSecretChangeDetectionStrategy"}.isdisjoint(configuration)
    assert configuration["cgroupRoot"] == "/node-x"


def test_keys_are_readable_by_their_owner_only(files: NodeFiles) -> None:
    """Other users of the machine can read neither keys nor kubeconfigs."""
    secret = [*files.folder.glob("*.key"), *files.folder.glob("*.kubeconfig")]
    assert len(secret) > len(CLIENTS)
    assert {path.stat().st_mode & 0o077 for path in secret} == {0}


def test_named_files_exist(files: NodeFiles) -> None:
    """Each file that the command line of a program names was written."""
    for name in ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "containerd", "kubelet", "kube-proxy"):
        values = [Path(argument.partition("=")[2]) for argument in arguments(name, files)]
        named = [path for path in values if path.suffix in {".key", ".crt", ".yaml", ".toml", ".kubeconfig"}]
        assert named
        assert [path for path in named if not path.is_file()] == []


def test_ordinary_user_reads_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only root can start a node; the message names the other kind of cluster."""
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(ClusterError, match=r"by root only\. Run this as root, or set CLUSTER=kind"):
        packages.require_packages()


def test_missing_programs_are_named_by_their_debian_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where apt-get does not exist, the message lists the packages."""
    monkeypatch.setattr(packages, "PACKAGES", {"no-such-program": "no-such-package", "ip": "iproute2"})
    monkeypatch.setattr(packages, "CNI_FOLDERS", (Path("/no/such/folder"),))
    assert packages.missing_packages()[-1] == "no-such-package"
    assert packages.CNI_PLUGINS in packages.missing_packages()


def test_unknown_cluster_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names both clusters that exist."""
    monkeypatch.setenv("CLUSTER", "minikube")
    with pytest.raises(ClusterError, match=r"CLUSTER=minikube is not known\. Set CLUSTER to node or kind"):
        open_cluster()
