"""Helm, with the chart of the repository, against the control plane of the tests."""

import json
import os
import subprocess
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

from devtools.cluster.control_plane import ControlPlane
from devtools.generate.chart.places import CHART
from devtools.go_programs.programs import program
from tests.support.chart_values import Values
from tests.support.page_commands import SHORT_RUN
from tests.support.yaml_documents import read_documents

Manifest = dict[str, Any]

_RUN_HELM = frozenset({"HelmClient", "PageShell", "admin_helm"})
"""What runs Helm. A module of tests that needs it has one of these names."""


class HelmError(Exception):
    """Helm failed; the message is what it printed."""


class HelmClient:
    """Helm for one namespace, as the user of a kubeconfig."""

    def __init__(self, kubeconfig: Path, folder: Path, namespace: str = "oauth-connector-system") -> None:
        self._namespace = namespace
        places = {f"HELM_{kind}_HOME": str(folder / kind) for kind in ("CACHE", "CONFIG", "DATA")}
        self._environment = {**os.environ, **SHORT_RUN, **places, "KUBECONFIG": str(kubeconfig)}

    def run(self, *arguments: str, values: Values | None = None) -> str:
        """Run Helm and return its output. Raises `HelmError`."""
        given = ("--values", "-") if values is not None else ()
        command = [str(program("helm")), *arguments, "--namespace", self._namespace, *given]
        done = subprocess.run(  # noqa: S603  # our own Helm
            command, input=json.dumps(values), env=self._environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise HelmError(done.stderr)
        return done.stdout

    def install(self, values: Values, release: str = "oauth-connector") -> str:
        """Install the chart, or upgrade the release, and return the notes."""
        return self.run("upgrade", "--install", release, str(CHART), values=values)

    def render(self, values: Values, release: str = "oauth-connector") -> list[Manifest]:
        """Return the objects of the chart, with those of hooks."""
        return [each for each in read_documents(self.run("template", release, str(CHART), values=values)) if each]


def admin_helm(plane: ControlPlane, folder: Path, namespace: str = "oauth-connector-system") -> HelmClient:
    """Return Helm as a cluster administrator."""
    return HelmClient(plane.kubeconfig, folder, namespace)


def find(objects: list[Manifest], kind: str, name: str = "oauth-connector") -> Manifest:
    """Return the object of a kind and name."""
    return next(each for each in objects if (each["kind"], each["metadata"]["name"]) == (kind, name))


def read_variables(deployment: Manifest) -> dict[str, str]:
    """Return the environment variables of the container whose values the manifest contains."""
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    return {each["name"]: each["value"] for each in container.get("env", ()) if "value" in each}


def key_of(manifest: Manifest) -> tuple[str, str, str]:
    """Return kind, namespace and name of an object."""
    metadata = manifest["metadata"]
    return manifest["kind"], metadata.get("namespace", ""), metadata["name"]


def is_helm_needed(modules: Iterable[ModuleType]) -> bool:
    """Return whether one of these modules of tests runs Helm, which takes minutes to build."""
    return any(not _RUN_HELM.isdisjoint(vars(module)) for module in modules)
