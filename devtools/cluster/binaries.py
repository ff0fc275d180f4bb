"""The programs of a Kubernetes control plane, and promtool: found, or built once from their Go modules.

The programs of the control plane are searched in the folder that `KUBEBUILDER_ASSETS` names, then in the cache. If they
are missing, they are built into the cache. That takes about eight minutes on two cores.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from signal import SIGINT

from devtools.cluster.components import ETCD, PROGRAMS
from devtools.local.cached_folder import cached_folder, progress
from devtools.local.child import Child

SOURCES = Path(__file__).with_name("modules")
WORK = "work"
"""The folder of Go's temporary files: Go does not remove them when it is terminated."""
QUIET = 20.0
"""Seconds between two lines of progress if the output is no terminal."""


class BinariesError(Exception):
    """The programs are missing and cannot be built; the message is one sentence for the terminal."""


@dataclass(frozen=True, slots=True)
class Build:
    """One `go build`: the folder of its module, the packages, what the linker stamps into them, and build tags."""

    module: str
    packages: tuple[str, ...]
    stamp: str = ""
    tags: str = ""


def kubernetes_version() -> str:
    """Return the version that the module requires, for example `v1.37.2`."""
    return read_go_mod("kubernetes", r"k8s\.io/kubernetes (v\d+\.\d+\.\d+)$")


def promtool() -> Path:
    """Return the path of Prometheus' tool for rules; build it if necessary. Raises `BinariesError`."""
    version = read_go_mod("promtool", r"github\.com/prometheus/prometheus (v\d+\.\d+\.\d+)")
    return cached_folder(f"promtool-{version}", _build_promtool) / "promtool"


def control_plane_binaries() -> Path:
    """Return the folder of the programs; build them if necessary. Raises `BinariesError`."""
    named = os.environ.get("KUBEBUILDER_ASSETS")
    missing = [program for program in PROGRAMS if named and not (Path(named) / program).exists()]
    if named and not missing:
        return Path(named)
    if missing:
        progress(f"KUBEBUILDER_ASSETS is ignored: {named} has no {', '.join(missing)}.")
    return cached_folder(f"control-plane-{kubernetes_version()}", _build)


def builds() -> tuple[Build, Build]:
    """Return the two builds, with version stamps as in a Kubernetes release."""
    version = kubernetes_version()
    major, minor, _ = version.removeprefix("v").split(".")
    stamps = {"gitVersion": version, "gitMajor": major, "gitMinor": minor, "gitTreeState": "clean"}
    stamp = " ".join(f"-X k8s.io/component-base/version.{name}={value}" for name, value in stamps.items())
    kubernetes = tuple(f"k8s.io/kubernetes/cmd/{name}" for name in PROGRAMS if name != ETCD)
    return Build(ETCD, ("go.etcd.io/etcd/server/v3",)), Build("kubernetes", kubernetes, stamp)


def read_go_mod(module: str, pattern: str) -> str:
    """Return the group of a pattern in the go.mod of a module. Raises `BinariesError`."""
    found = re.search(pattern, (SOURCES / module / "go.mod").read_text(), re.MULTILINE)
    if found is None:
        raise BinariesError(f"devtools/cluster/modules/{module}/go.mod does not match {pattern}.")
    return found.group(1)


def _build(folder: Path) -> None:
    go = _toolchain("The control plane", "kubernetes")
    progress(f"Building etcd and Kubernetes {kubernetes_version()}, once: about eight minutes on two cores.")
    _build_all(go, builds(), folder)


def _build_promtool(folder: Path) -> None:
    """Build Prometheus' tool for rules, without its service discovery."""
    go = _toolchain("promtool", "promtool")
    progress("Building promtool, once: about three minutes on two cores.")
    packages = ("github.com/prometheus/prometheus/cmd/promtool",)
    _build_all(go, (Build("promtool", packages, tags="remove_all_sd"),), folder)


def _build_all(go: str, wanted: Iterable[Build], folder: Path) -> None:
    started = time.monotonic()
    (folder / WORK).mkdir()
    try:
        for build in wanted:
            _run(go, build, folder)
    finally:
        shutil.rmtree(folder / WORK, ignore_errors=True)
    progress(f"Built in {time.monotonic() - started:.0f} s, stored in {folder}")


def _toolchain(what: str, module: str) -> str:
    """Return the path of a Go that can build a module; Go may download a newer version of itself."""
    wanted = read_go_mod(module, r"^go (\d+\.\d+)")
    need = f"{what} is built with Go {wanted} or newer"
    go = shutil.which("go")
    if go is None:
        raise BinariesError(f"{need}. Go is not installed: see go.dev/dl.")
    command = [go, "env", "GOVERSION"]
    done = subprocess.run(command, cwd=SOURCES / module, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BinariesError(f"{need} (see go.dev/dl). The installed Go reports: {done.stderr.strip()}")
    found = re.search(r"go(\d+)\.(\d+)", done.stdout)
    if found is None or tuple(map(int, found.groups())) < tuple(map(int, wanted.split("."))):
        raise BinariesError(f"{need}. Version {done.stdout.strip()} is installed: see go.dev/dl.")
    return go


def _run(go: str, build: Build, folder: Path) -> None:
    target = f"{folder}/etcd" if build.module == ETCD else f"{folder}/"
    where = ["-C", str(SOURCES / build.module)]
    command = [
        go,
        "build",
        *where,
        "-v",
        "-trimpath",
        "-ldflags",
        f"-s -w {build.stamp}",
        "-tags",
        build.tags,
        "-o",
        target,
    ]
    environment = {**os.environ, "CGO_ENABLED": "0", "GOTMPDIR": str(folder / WORK)}
    process = Child([*command, *build.packages], folder / f"{build.module}.log", environment)
    try:
        _watch(process, build.module)
    finally:
        code = process.stop(SIGINT)  # at SIGINT, Go removes its partial results
    if code:
        raise BinariesError(f"the build of {build.module} failed: {process.last_line()} (full log: {process.log})")
    process.log.unlink()


def _watch(process: Child, name: str) -> None:
    """Print the progress of a build: on a terminal one line that changes, else a line every 20 seconds."""
    live, started, printed = sys.stderr.isatty(), time.monotonic(), 0.0
    while not process.has_ended:
        elapsed = time.monotonic() - started
        if live or elapsed - printed >= QUIET:
            printed = elapsed
            packages = sum(not line.startswith("go:") for line in process.log.read_text().splitlines())
            line = f"{name}: {elapsed:4.0f} s, {packages} packages compiled"
            print(line, file=sys.stderr, end="\r" if live else "\n", flush=True)
        time.sleep(0.2)
    if live:
        print(file=sys.stderr)


def main() -> int:
    """Find or build the programs, and print their folder."""
    try:
        print(control_plane_binaries())
    except KeyboardInterrupt:
        return 130
    except BinariesError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
