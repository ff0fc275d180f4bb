"""Go programs are built once into the cache, and a failure is one sentence."""

import re
from pathlib import Path

import pytest

from devtools.go_programs.build import GoBuildError
from devtools.go_programs.catalog import CATALOG, OLDEST
from devtools.go_programs.go_module import MODULES, folder_name, stamp_of, version_of
from devtools.go_programs.programs import program
from tests.support.go_toolchain import GoMachine


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> GoMachine:
    """Return a machine without programs."""
    return GoMachine(tmp_path, monkeypatch)


def test_program_is_built_once_without_c(machine: GoMachine) -> None:
    """The first call builds it into the cache, without C and without paths of the machine; a second call finds it."""
    machine.put_go()
    assert program("helm") == program("helm")
    assert program("helm").parent.parent == machine.cache
    ((cgo, arguments),) = machine.builds()
    assert cgo == "0"
    assert "-trimpath" in arguments


def test_start_of_a_build_states_how_long_it_takes(machine: GoMachine, capsys: pytest.CaptureFixture[str]) -> None:
    """A user who waits knows for what, and for how long."""
    machine.put_go()
    program("helm")
    program("promtool")
    printed = capsys.readouterr().err
    assert re.search(r"Building helm v4\.\d+\.\d+, once: about 2 minutes on two cores\.", printed)
    assert re.search(r"Building promtool v\S+, once: about 3 minutes on two cores\.", printed)


@pytest.mark.parametrize("name", CATALOG)
def test_module_of_each_program_is_committed(name: str) -> None:
    """The folder of the module has a go.mod that names no folder of a machine, and go.sum if it requires anything."""
    folder = MODULES / CATALOG[name].module
    text = (folder / "go.mod").read_text()
    assert not re.search(r"=> *[./]", text)
    assert (folder / "go.sum").exists() == ("require" in text)


@pytest.mark.parametrize("name", [name for name, one in CATALOG.items() if not one.is_own])
def test_package_of_each_program_is_pinned(name: str) -> None:
    """tools.go imports the package, so that `go mod tidy` keeps what it needs, and go.mod has the version."""
    assert f'"{CATALOG[name].package}"' in (MODULES / CATALOG[name].module / "tools.go").read_text()
    assert re.fullmatch(r"v\d+\.\d+\.\d+", version_of(CATALOG[name]))


def test_build_is_stamped_with_the_version_of_its_module() -> None:
    """The version is in go.mod only; the API server reports it to clients."""
    wanted = CATALOG[f"kube-apiserver-{OLDEST}"]
    stamp = stamp_of(wanted)
    assert f"gitVersion={version_of(wanted)} " in stamp
    assert "gitMajor=1 " in stamp
    assert "gitMinor=30 " in stamp


def test_argocd_is_stamped_with_a_number() -> None:
    """Its server refuses a command line whose version begins with two letters v."""
    wanted = CATALOG["argocd"]
    assert f"v{stamp_of(wanted).partition('=')[2]}" == version_of(wanted)


def test_releases_of_a_program_have_folders_of_their_own() -> None:
    """Two releases of one program do not replace each other in the cache."""
    assert folder_name(CATALOG["kubectl"]) != folder_name(CATALOG[f"kubectl-{OLDEST}"])


def test_missing_go_is_reported_in_one_sentence(machine: GoMachine) -> None:
    """The message names the required version and where to download it, and the cache stays empty."""
    with pytest.raises(GoBuildError) as error:
        program("etcd")
    assert str(error.value) == "etcd is built with Go 1.26 or newer. Go is not installed: see go.dev/dl."
    assert not list(machine.cache.glob("*/.complete"))


UNFIT = {
    "older": ("go1.19.8", "go1.19.8 is installed: see go.dev/dl"),
    "of an older major version": ("go0.99", "go0.99 is installed"),
    "of no version at all": ("", "is installed"),
}


@pytest.mark.parametrize(("version", "words"), UNFIT.values(), ids=UNFIT)
def test_old_go_is_reported_with_the_required_version(machine: GoMachine, version: str, words: str) -> None:
    """A Go that is too old builds nothing."""
    machine.put_go(version)
    with pytest.raises(GoBuildError, match=rf"Go 1\.26 or newer\. Version .*{words}"):
        program("etcd")
    assert machine.builds() == []


def test_newer_go_is_accepted(machine: GoMachine) -> None:
    """Versions are compared as numbers; a development version counts by the number in it."""
    machine.put_go("devel go1.100-0a1b2c")
    assert program("etcd").exists()


def test_error_of_go_is_quoted(machine: GoMachine) -> None:
    """If Go may not download a newer version, the message contains its own error."""
    go = machine.path / "go"
    go.write_text(
        "#!/bin/sh\necho 'go: go.mod requires go >= 1.26.0 (running go 1.25.3; GOTOOLCHAIN=local)' >&2\nexit 1\n"
    )
    go.chmod(0o755)
    with pytest.raises(GoBuildError, match=r"reports: go: go.mod requires go >= 1\.26\.0"):
        program("etcd")


def test_failed_build_is_reported_and_retried(machine: GoMachine) -> None:
    """The message has the reason and the path of the log; the next call builds again."""
    machine.put_go(complaint="go: no such host")
    with pytest.raises(GoBuildError, match=r"the build of etcd failed: go: no such host \(full log: .*etcd\.log\)"):
        program("etcd")
    machine.put_go()
    assert program("etcd").exists()
