"""The programs of a Kubernetes control plane: found, or built once from their Go modules.

Looked for in this order: the folder that `KUBEBUILDER_ASSETS` names, the project's cache, and else built there: about
eight minutes on two cores, seconds afterwards.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from devtools.cached_folder import cached_folder, progress

SOURCES = Path(__file__).parent / "binaries"
PROGRAMS = ("etcd", "kube-apiserver", "kube-controller-manager", "kubectl")
GO_AT_LEAST = (1, 26)
QUIET = 20.0
"""Seconds between two lines of progress where nobody watches a terminal."""


class BinariesError(Exception):
    """The programs are not there and cannot be built; the message is one sentence for a person."""


@dataclass(frozen=True, slots=True)
class Build:
    """One `go build`: the module's folder, the packages, and what the linker stamps into them."""

    module: str
    packages: tuple[str, ...]
    stamp: str = ""


def kubernetes_version() -> str:
    """Give the version that the module requires, as `v1.37.2`."""
    text = (SOURCES / "kubernetes" / "go.mod").read_text()
    found = re.search(r"k8s\.io/kubernetes (v[0-9.]+)", text)
    if found is None:
        raise BinariesError("devtools/binaries/kubernetes/go.mod requires no version of k8s.io/kubernetes.")
    return found.group(1)


def control_plane_binaries() -> Path:
    """Give the folder that holds the programs, building them if need be. Raises `BinariesError`."""
    named = os.environ.get("KUBEBUILDER_ASSETS")
    if named and all((Path(named) / program).exists() for program in PROGRAMS):
        return Path(named)
    return cached_folder(f"control-plane-{kubernetes_version()}", _build)


def builds() -> tuple[Build, Build]:
    """Give the two builds; the version is stamped as the release's own build does it."""
    version = kubernetes_version()
    major, minor, _ = version.removeprefix("v").split(".")
    stamps = {"gitVersion": version, "gitMajor": major, "gitMinor": minor, "gitTreeState": "clean"}
    stamp = " ".join(f"-X k8s.io/component-base/version.{name}={value}" for name, value in stamps.items())
    kubernetes = tuple(f"k8s.io/kubernetes/cmd/{name}" for name in PROGRAMS[1:])
    return Build("etcd", ("go.etcd.io/etcd/server/v3",)), Build("kubernetes", kubernetes, stamp)


def _build(folder: Path) -> None:
    go = _toolchain()
    progress(
        f"Building etcd and Kubernetes {kubernetes_version()} from source, once: about eight minutes on two cores."
    )
    started = time.monotonic()
    for build in builds():
        _run(go, build, folder)
    progress(f"Built in {time.monotonic() - started:.0f} s, kept in {folder}")


def _toolchain() -> str:
    go = shutil.which("go")
    wanted = ".".join(map(str, GO_AT_LEAST))
    if go is None:
        raise BinariesError(
            f"The control plane is built with Go {wanted} or newer, which is not installed: see go.dev/dl."
        )
    said = subprocess.run([go, "env", "GOVERSION"], capture_output=True, text=True, check=True).stdout
    found = re.match(r"go(\d+)\.(\d+)", said)
    if found is None or tuple(map(int, found.groups())) < GO_AT_LEAST:
        raise BinariesError(f"The control plane is built with Go {wanted} or newer, and {said.strip()} is installed.")
    return go


def _run(go: str, build: Build, folder: Path) -> None:
    target = f"{folder}/etcd" if build.module == "etcd" else f"{folder}/"
    command = [go, "build", "-v", "-trimpath", "-ldflags", f"-s -w {build.stamp}", "-o", target, *build.packages]
    environment = {**os.environ, "CGO_ENABLED": "0"}
    log = folder / f"{build.module}.log"
    with log.open("w") as output:
        process = subprocess.Popen(command, cwd=SOURCES / build.module, env=environment, stdout=output, stderr=output)
        try:
            _watch(process, build.module, log)
        finally:
            process.kill()
            process.wait()
    if process.returncode:
        last = (log.read_text().strip().splitlines() or ["it said nothing"])[-1]
        raise BinariesError(f"{build.module} could not be built: {last}")
    log.unlink()


def _watch(process: "subprocess.Popen[bytes]", name: str, log: Path) -> None:
    """Tell how far a build is: a line that changes on a terminal, else a line now and then."""
    live, started, told = sys.stderr.isatty(), time.monotonic(), 0.0
    while process.poll() is None:
        elapsed = time.monotonic() - started
        if live or elapsed - told >= QUIET:
            told = elapsed
            packages = log.read_bytes().count(b"\n")
            print(
                f"{name}: {elapsed:4.0f} s, {packages} packages compiled", file=sys.stderr, end="\r" if live else "\n"
            )
        try:
            process.wait(timeout=1.0)
        except subprocess.TimeoutExpired:
            continue
    if live:
        print(file=sys.stderr)
