"""Where the programs of the control plane come from, and what is said when they cannot be had."""

import json
import sys
from pathlib import Path

import pytest

from devtools.cluster.binaries import BinariesError, builds, control_plane_binaries, kubernetes_version
from devtools.cluster.components import PROGRAMS

# A program named go: it notes how it was called, and answers as a toolchain of some age or mood would.
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
        """Give how Go was called: the value of `CGO_ENABLED`, and the arguments."""
        return [tuple(json.loads(line)) for line in self.notes.read_text().splitlines()]


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """Give a machine with nothing on it."""
    return Machine(tmp_path, monkeypatch)


def put(folder: Path, *names: str) -> None:
    """Put programs into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).touch()


def test_named_folder_comes_first(machine: Machine) -> None:
    """Whoever names a folder with all the programs in it gets them from there."""
    put(machine.assets, *PROGRAMS)
    put(machine.cache, *PROGRAMS, ".complete")
    assert control_plane_binaries() == machine.assets


def test_named_folder_that_lacks_a_program_is_left_for_the_cache(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    """Some distributions have no controller manager; that is said, and the cache comes next."""
    put(machine.assets, "etcd", "kube-apiserver", "kubectl")
    put(machine.cache, *PROGRAMS, ".complete")
    assert control_plane_binaries() == machine.cache
    assert "lacks kube-controller-manager" in capsys.readouterr().err


def test_no_named_folder_needs_no_word(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever names none gets the cache and reads nothing."""
    monkeypatch.delenv("KUBEBUILDER_ASSETS")
    put(machine.cache, *PROGRAMS, ".complete")
    assert control_plane_binaries() == machine.cache


def test_empty_cache_is_filled_by_a_build_once(machine: Machine) -> None:
    """All programs are built into the cache, free of C, and a second caller finds them there."""
    machine.put_go()
    assert control_plane_binaries() == control_plane_binaries() == machine.cache
    assert {path.name for path in machine.cache.iterdir()} == {*PROGRAMS, ".complete"}
    built = [call for call in machine.calls() if call[1][0] == "build"]
    assert len(built) == len(builds())
    assert all(cgo == "0" and "-trimpath" in arguments for cgo, arguments in built)


def test_build_is_stamped_with_the_version_of_its_module() -> None:
    """The version stands in go.mod alone; the API server tells it, and its parts, to clients."""
    _, kubernetes = builds()
    major, minor, _ = kubernetes_version()[1:].split(".")
    assert f"gitVersion={kubernetes_version()} " in kubernetes.stamp
    assert f"gitMajor={major} " in kubernetes.stamp
    assert f"gitMinor={minor} " in kubernetes.stamp


def test_missing_go_is_told_in_one_sentence(machine: Machine) -> None:
    """A person learns what is missing, and where to get it."""
    with pytest.raises(BinariesError) as error:
        control_plane_binaries()
    assert str(error.value) == (
        "The control plane is built with Go 1.26 or newer, and no Go is installed: see go.dev/dl."
    )
    assert not (machine.cache / ".complete").exists()


UNFIT = {
    "older": ("go1.19.8", "go1.19.8 is installed: see go.dev/dl"),
    "of an older major version": ("go0.99", "go0.99 is installed"),
    "of no version at all": ("", "is installed"),
}


@pytest.mark.parametrize(("version", "words"), UNFIT.values(), ids=UNFIT)
def test_unfit_go_is_told_with_the_version_that_is_needed(machine: Machine, version: str, words: str) -> None:
    """A Go that is too old is not tried."""
    machine.put_go(version)
    with pytest.raises(BinariesError, match=rf"Go 1\.26 or newer, and .*{words}"):
        control_plane_binaries()


def test_newer_go_will_do(machine: Machine) -> None:
    """Versions are compared as numbers, and a development version by the number in it."""
    machine.put_go("devel go1.100-0a1b2c")
    assert control_plane_binaries() == machine.cache


def test_go_that_refuses_the_module_is_quoted(machine: Machine) -> None:
    """A Go that may not fetch a newer one says so itself."""
    go = machine.path / "go"
    go.write_text(
        "#!/bin/sh\necho 'go: go.mod requires go >= 1.26.0 (running go 1.25.3; GOTOOLCHAIN=local)' >&2\nexit 1\n"
    )
    go.chmod(0o755)
    with pytest.raises(BinariesError, match=r"says: go: go.mod requires go >= 1\.26\.0"):
        control_plane_binaries()


def test_failed_build_tells_its_last_words_and_is_tried_again(machine: Machine) -> None:
    """The reason is told, the whole log is named, and nothing half built is taken for complete."""
    machine.put_go(complaint="go: no such host")
    with pytest.raises(BinariesError, match=r"etcd could not be built: go: no such host \(all of it: .*etcd\.log\)"):
        control_plane_binaries()
    machine.put_go()
    assert control_plane_binaries() == machine.cache
