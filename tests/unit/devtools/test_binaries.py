"""The programs of the control plane are found where the environment names them, or built once."""

from pathlib import Path

import pytest

from devtools.cluster.binaries import control_plane_binaries, oldest_control_plane_binaries
from devtools.cluster.components import PROGRAMS
from tests.support.go_toolchain import GoMachine


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> GoMachine:
    """Return a machine without programs."""
    return GoMachine(tmp_path, monkeypatch)


def names_in(folder: Path) -> set[str]:
    """Return the names of the files of a folder, without the mark of a complete one."""
    return {path.name for path in folder.iterdir()} - {".complete"}


def put(folder: Path, *names: str) -> None:
    """Put programs into a folder."""
    for name in names:
        (folder / name).touch()


def test_named_folder_comes_first(machine: GoMachine) -> None:
    """A folder in KUBEBUILDER_ASSETS that has all programs is used, and nothing is built."""
    machine.put_go()
    put(machine.assets, *PROGRAMS)
    assert control_plane_binaries() == machine.assets
    assert machine.builds() == []


def test_named_folder_without_a_program_is_ignored(machine: GoMachine, capsys: pytest.CaptureFixture[str]) -> None:
    """Some distributions have no controller manager. The output names the missing program, and the cache is used."""
    machine.put_go()
    put(machine.assets, "etcd", "kube-apiserver", "kubectl")
    assert control_plane_binaries().parent == machine.cache
    assert "has no kube-controller-manager" in capsys.readouterr().err


def test_empty_cache_is_filled_by_a_build_once(machine: GoMachine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each program is built once into the cache, and all of them are in one folder."""
    machine.put_go()
    monkeypatch.delenv("KUBEBUILDER_ASSETS")
    folder = control_plane_binaries()
    assert control_plane_binaries() == folder
    assert names_in(folder) == set(PROGRAMS)
    assert len(machine.builds()) == len(PROGRAMS)


def test_control_plane_needs_no_program_of_a_node(machine: GoMachine) -> None:
    """The programs of a node and of other releases are not built for the control plane."""
    machine.put_go()
    control_plane_binaries()
    built = {arguments[-1].rpartition("/")[2] for _, arguments in machine.builds()}
    assert built.isdisjoint({"kubelet", "kube-proxy", "kube-scheduler"})


def test_oldest_release_has_the_same_programs(machine: GoMachine) -> None:
    """The folder of the oldest supported release can be named by KUBEBUILDER_ASSETS."""
    machine.put_go()
    assert names_in(oldest_control_plane_binaries()) == set(PROGRAMS)
