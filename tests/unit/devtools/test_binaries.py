"""The programs of the control plane are found or built, and a failure is one sentence."""

import json
import sys
from pathlib import Path

import pytest

from devtools.cluster.binaries import BinariesError, builds, control_plane_binaries, kubernetes_version
from devtools.cluster.components import PROGRAMS

# A program named go: it logs its arguments, and responds like a toolchain of some version.
GO = """\
#!{python}
import json, os, pathlib, sys
asked = sys.argv[1:]
with open({notes!r}, "a") as notes:
    notes.write(json.dumps([os.environ.get("CGO_ENABLED"), asked]) + "\\n")
if asked[0] == "env":
    print({version!r})
elif {complaint!r}:
    sys.exit({complaint!r})
else:
    target = asked[asked.index("-o") + 1]
    names = [package.rpartition("/")[2] for package in asked[asked.index("-o") + 2:]]
    for path in [target + name for name in names] if target.endswith("/") else [target]:
        pathlib.Path(path).touch()
"""


class Machine:
    """A user's machine: a cache, programs on the path, and what the environment names."""

    def __init__(self, folder: Path, environment: pytest.MonkeyPatch) -> None:
        self.notes = folder / "notes"
        self.path = folder / "path"
        self.path.mkdir()
        self.cache = folder / "cache" / "oauth-connector-operator" / f"control-plane-{kubernetes_version()}"
        self.assets = folder / "assets"
        self.assets.mkdir()
        environment.setenv("PATH", str(self.path))
        environment.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        environment.setenv("KUBEBUILDER_ASSETS", str(self.assets))

    def put_go(self, version: str = "go1.26.8", complaint: str = "") -> None:
        """Install Go."""
        go = self.path / "go"
        go.write_text(GO.format(python=sys.executable, notes=str(self.notes), version=version, complaint=complaint))
        go.chmod(0o755)

    def calls(self) -> list[tuple[str | None, list[str]]]:
        """Return each call of Go: the value of `CGO_ENABLED`, and the arguments."""
        return [tuple(json.loads(line)) for line in self.notes.read_text().splitlines()]


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """Return a machine without programs."""
    return Machine(tmp_path, monkeypatch)


def put(folder: Path, *names: str) -> None:
    """Put programs into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).touch()


def test_named_folder_comes_first(machine: Machine) -> None:
    """A folder in KUBEBUILDER_ASSETS that has all programs is used."""
    put(machine.assets, *PROGRAMS)
    put(machine.cache, *PROGRAMS, ".complete")
    assert control_plane_binaries() == machine.assets


def test_named_folder_without_a_program_is_ignored(machine: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    """Some distributions have no controller manager. The output names the missing program, and the cache is used."""
    put(machine.assets, "etcd", "kube-apiserver", "kubectl")
    put(machine.cache, *PROGRAMS, ".complete")
    assert control_plane_binaries() == machine.cache
    assert "has no kube-controller-manager" in capsys.readouterr().err


def test_without_a_named_folder_the_cache_is_used(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without KUBEBUILDER_ASSETS the cache is used."""
    monkeypatch.delenv("KUBEBUILDER_ASSETS")
    put(machine.cache, *PROGRAMS, ".complete")
    assert control_plane_binaries() == machine.cache


def test_empty_cache_is_filled_by_a_build_once(machine: Machine) -> None:
    """All programs are built into the cache, without C, and a second call finds them there."""
    machine.put_go()
    assert control_plane_binaries() == control_plane_binaries() == machine.cache
    assert {path.name for path in machine.cache.iterdir()} == {*PROGRAMS, ".complete"}
    built = [call for call in machine.calls() if call[1][0] == "build"]
    assert len(built) == len(builds())
    assert all(cgo == "0" and "-trimpath" in arguments for cgo, arguments in built)


def test_build_is_stamped_with_the_version_of_its_module() -> None:
    """The version is in go.mod only; the API server reports it to clients."""
    _, kubernetes = builds()
    major, minor, _ = kubernetes_version()[1:].split(".")
    assert f"gitVersion={kubernetes_version()} " in kubernetes.stamp
    assert f"gitMajor={major} " in kubernetes.stamp
    assert f"gitMinor={minor} " in kubernetes.stamp


def test_missing_go_is_reported_in_one_sentence(machine: Machine) -> None:
    """The message names the required version and where to download it."""
    with pytest.raises(BinariesError) as error:
        control_plane_binaries()
    assert str(error.value) == ("The control plane is built with Go 1.26 or newer. Go is not installed: see go.dev/dl.")
    assert not (machine.cache / ".complete").exists()


UNFIT = {
    "older": ("go1.19.8", "go1.19.8 is installed: see go.dev/dl"),
    "of an older major version": ("go0.99", "go0.99 is installed"),
    "of no version at all": ("", "is installed"),
}


@pytest.mark.parametrize(("version", "words"), UNFIT.values(), ids=UNFIT)
def test_old_go_is_reported_with_the_required_version(machine: Machine, version: str, words: str) -> None:
    """A Go that is too old is not started."""
    machine.put_go(version)
    with pytest.raises(BinariesError, match=rf"Go 1\.26 or newer\. Version .*{words}"):
        control_plane_binaries()


def test_newer_go_is_accepted(machine: Machine) -> None:
    """Versions are compared as numbers; a development version counts by the number in it."""
    machine.put_go("devel go1.100-0a1b2c")
    assert control_plane_binaries() == machine.cache


def test_error_of_go_is_quoted(machine: Machine) -> None:
    """If Go may not download a newer version, the message contains its own error."""
    go = machine.path / "go"
    go.write_text(
        "#!/bin/sh\necho 'go: go.mod requires go >= 1.26.0 (running go 1.25.3; GOTOOLCHAIN=local)' >&2\nexit 1\n"
    )
    go.chmod(0o755)
    with pytest.raises(BinariesError, match=r"reports: go: go.mod requires go >= 1\.26\.0"):
        control_plane_binaries()


def test_failed_build_is_reported_and_retried(machine: Machine) -> None:
    """The message has the reason and the path of the log; the next call builds again."""
    machine.put_go(complaint="go: no such host")
    with pytest.raises(BinariesError, match=r"the build of etcd failed: go: no such host \(full log: .*etcd\.log\)"):
        control_plane_binaries()
    machine.put_go()
    assert control_plane_binaries() == machine.cache
