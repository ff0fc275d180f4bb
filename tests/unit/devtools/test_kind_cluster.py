"""A cluster of kind is created, used and deleted with the commands of kind and Docker."""

import json
import os
import sys
from pathlib import Path

import pytest

from devtools.cluster import kind_cluster
from devtools.cluster.kind_cluster import KindCluster
from devtools.cluster.pod_cluster import ClusterError

# A program that logs its arguments, and fails if one of them is a certain word.
PROGRAM = """\
#!{python}
import json, pathlib, sys
with open({notes!r}, "a") as notes:
    notes.write(json.dumps([pathlib.Path(sys.argv[0]).name, *sys.argv[1:]]) + "\\n")
if {refused!r} in sys.argv:
    sys.exit("no space left")
"""


class Laptop:
    """A machine with Docker, kind and kubectl, which log their arguments."""

    def __init__(self, folder: Path, environment: pytest.MonkeyPatch) -> None:
        self._folder = folder
        self._notes = folder / "notes"
        environment.setenv("PATH", f"{folder}:{os.environ['PATH']}")
        environment.setattr(kind_cluster, "program", folder.joinpath)
        self.install()

    def install(self, refused: str = "") -> None:
        """Install the programs; they fail with an argument."""
        for name in ("docker", "kind", "kubectl"):
            text = PROGRAM.format(python=sys.executable, notes=str(self._notes), refused=refused)
            (self._folder / name).write_text(text)
            (self._folder / name).chmod(0o755)

    def commands(self) -> list[list[str]]:
        """Return the commands that were run."""
        return [json.loads(line) for line in self._notes.read_text().splitlines()]


@pytest.fixture
def laptop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Laptop:
    """Return a machine."""
    return Laptop(tmp_path, monkeypatch)


def test_cluster_is_created_used_and_deleted(laptop: Laptop, tmp_path: Path) -> None:
    """Each command names the same cluster, whose kubeconfig is in a folder of its own."""
    with KindCluster() as cluster:
        cluster.load_image(tmp_path / "image.tar")
        cluster.kubectl("get", "pods")
        cluster.run_on_node("ctr", "version")
        name, kubeconfig = f"--name={cluster.name}", f"--kubeconfig={cluster.kubeconfig}"
    create, load, get, on_node, delete = laptop.commands()
    assert create[:3] == ["kind", "create", "cluster"]
    assert {name, kubeconfig} < set(create)
    assert load == ["kind", "load", "image-archive", str(tmp_path / "image.tar"), name]
    assert get[:2] == ["kubectl", kubeconfig]
    assert on_node == ["docker", "exec", f"{cluster.name}-control-plane", "ctr", "version"]
    assert delete == ["kind", "delete", "cluster", name, kubeconfig]
    assert not cluster.kubeconfig.parent.exists()


def test_cluster_that_cannot_be_created_is_deleted(laptop: Laptop) -> None:
    """What kind printed is in the error, and what it created is removed."""
    laptop.install(refused="create")
    with pytest.raises(ClusterError, match=r"kind create cluster .*: no space left"), KindCluster():
        pass
    assert [command[1] for command in laptop.commands()] == ["create", "delete"]


def test_missing_docker_is_reported(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Kind cannot work without Docker."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ClusterError, match="needs Docker, which is not installed"), KindCluster():
        pass
