"""Argo CD's application controller, repo server and API server, with Debian's redis, as processes."""

import json
import os
import subprocess
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from devtools.cluster.control_plane import ControlPlane
from devtools.generate.argocd_config import config_data
from devtools.gitops.controllers import Controllers, install_kinds, module_folder
from devtools.gitops.packages import SERVER, require_redis
from devtools.go_programs.programs import program
from devtools.local.free_port import free_port

NAMESPACE = "argocd"
MODULE = "github.com/argoproj/argo-cd/v3"
KINDS = ("application", "applicationset", "appproject")


class ArgoCD:
    """A running Argo CD."""

    def __init__(self, plane: ControlPlane, folder: Path, stack: ExitStack) -> None:
        """Install its CRDs and configuration, and start its programs. Raises `GoBuildError` and `PackageError`."""
        redis = folder / SERVER  # the program is what its name says
        redis.symlink_to(require_redis())
        self._program, self._kustomize = program("argocd"), program("kustomize")
        self._plane = plane
        self._folder = folder
        self._install()
        self._redis, self._repo, self._api = (f"127.0.0.1:{free_port()}" for _ in range(3))
        controllers = Controllers(plane, folder, stack)
        port = self._redis.partition(":")[2]
        controllers.start([str(redis), "--port", port, "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)])
        self._start(controllers)

    def run(self, commands: str) -> str:
        """Run commands of its command line `argocd`, as a user does who has logged in; return what they print."""
        path = f"{self._program.parent}:{os.environ['PATH']}"
        login = {"PATH": path, "ARGOCD_SERVER": self._api, "ARGOCD_OPTS": "--plaintext"}
        environment = {**self._environment(), **login}
        command = ["bash", "-euo", "pipefail", "-c", commands]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
        if done.returncode:
            raise RuntimeError(f"{commands.strip()}: {done.stderr.strip()}")
        return done.stdout

    def _install(self) -> None:
        crds = module_folder("argocd", MODULE) / "manifests" / "crds"
        for kind in KINDS:
            install_kinds(self._plane, crds / f"{kind}-crd.yaml")
        self._plane.kubectl("create", "namespace", NAMESPACE)
        objects = {"apiVersion": "v1", "kind": "List", "items": [*_configuration(), _project()]}
        self._plane.kubectl("apply", "--server-side", "--filename", "-", stdin=json.dumps(objects))
        self._plane.kubectl("config", "set-context", "admin", f"--namespace={NAMESPACE}")

    def _start(self, controllers: Controllers) -> None:
        redis, metrics = ["--redis", self._redis], [str(free_port()) for _ in range(3)]
        repo = ["--repo-server", self._repo, "--repo-server-plaintext"]
        common = ["--kubeconfig", str(self._plane.kubeconfig), "--namespace", NAMESPACE, *redis, *repo]
        for name, options in {
            "argocd-repo-server": [
                *("--port", self._repo.partition(":")[2], "--metrics-port", metrics[0], "--disable-tls", *redis)
            ],
            "argocd-application-controller": [*common, "--metrics-port", metrics[1], "--app-resync", "10"],
            "argocd-server": [
                *(*common, "--metrics-port", metrics[2], "--port", self._api.partition(":")[2]),
                *("--address", "127.0.0.1", "--insecure", "--disable-auth"),
            ],
        }.items():
            link = self._folder / name  # the program is the component that its name says
            link.symlink_to(self._program)
            controllers.start([str(link), *options], self._environment())

    def _environment(self) -> Mapping[str, str]:
        return {
            "HOME": str(self._folder),
            "PATH": f"{self._kustomize.parent}:{os.environ['PATH']}",
            "KUBECONFIG": str(self._plane.kubeconfig),
            "TMPDIR": str(self._folder),
            "ARGOCD_ASK_PASS_SOCK": str(self._folder / "ask-pass.sock"),
            "ARGOCD_FAKE_IN_CLUSTER": "true",
            "ARGOCD_GPG_ENABLED": "false",
        }


def _configuration() -> list[dict[str, object]]:
    """Return the ConfigMaps and the Secret that Argo CD reads; argocd-cm is what the project ships."""
    key = {"server.secretkey": "a key that signs no session"}
    return [
        _object("ConfigMap", "argocd-cm", data=config_data()),
        _object("ConfigMap", "argocd-rbac-cm"),
        _object("Secret", "argocd-secret", stringData=key),
    ]


def _object(kind: str, name: str, **content: object) -> dict[str, object]:
    labels = {"app.kubernetes.io/part-of": "argocd", "app.kubernetes.io/name": name}
    metadata = {"name": name, "namespace": NAMESPACE, "labels": labels}
    return {"apiVersion": "v1", "kind": kind, "metadata": metadata, **content}


def _project() -> dict[str, object]:
    everything = [{"group": "*", "kind": "*"}]
    spec = {
        "sourceRepos": ["*"],
        "destinations": [{"namespace": "*", "server": "*"}],
        "clusterResourceWhitelist": everything,
    }
    metadata = {"name": "default", "namespace": NAMESPACE}
    return {"apiVersion": "argoproj.io/v1alpha1", "kind": "AppProject", "metadata": metadata, "spec": spec}
