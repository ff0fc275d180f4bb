"""The commands and the manifests of docs/how-to/flux.md and docs/how-to/argo-cd.md, on the real API server."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from devtools.cluster.control_plane import ControlPlane, ControlPlaneError
from devtools.gitops.controllers import install_kinds, module_folder
from tests.support.gitops_judge import health_check_expressions

ROOT = Path(__file__).parents[3]
PAGES = {name: (ROOT / "docs" / "how-to" / f"{name}.md").read_text() for name in ("flux", "argo-cd")}
COMMANDS = [
    (name, command)
    for name, page in PAGES.items()
    for command in re.findall(r"^```sh\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    if not command.startswith("argocd ")  # tests/gitops runs these
]
BIN = Path(sys.executable).parent
MODULES = {
    ("flux", "github.com/fluxcd/source-controller"): "config/crd/bases",
    ("flux", "github.com/fluxcd/kustomize-controller"): "config/crd/bases",
    ("argocd", "github.com/argoproj/argo-cd/v3"): "manifests/crds/application-crd.yaml",
}


@pytest.fixture(scope="module")
def plane(control_plane: ControlPlane) -> ControlPlane:
    """Return a control plane with the CRDs of both tools and the connectors of the example."""
    for (module, path), crds in MODULES.items():
        install_kinds(control_plane, module_folder(module, path) / crds)
    for name in ("flux-system", "argocd", "orders"):
        try:
            control_plane.kubectl("create", "namespace", name)
        except ControlPlaneError as error:
            assert "AlreadyExists" in str(error)  # noqa: PT017  # of an earlier test of this session
    control_plane.kubectl("create", "configmap", "argocd-cm", "-n", "argocd")
    control_plane.kubectl("apply", "--server-side", "-k", str(ROOT / "examples" / "gitops" / "connectors"))
    return control_plane


@pytest.mark.parametrize(("page", "command"), COMMANDS)
def test_a_command_of_a_page_works(page: str, command: str, plane: ControlPlane) -> None:
    """Each command of the pages succeeds, in the root of the repository."""
    del page
    path = f"{BIN}:{plane.binaries}:{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "KUBECONFIG": str(plane.kubeconfig)}
    done = subprocess.run(  # noqa: S603  # the commands of the pages
        ["/bin/bash", "-euo", "pipefail", "-c", command],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_health_checks_of_the_page_are_those_of_the_example() -> None:
    """The page shows the expressions that the tests of health judge."""
    (shown,) = re.findall(r"^```yaml\n(.*?)^```$", PAGES["flux"], re.MULTILINE | re.DOTALL)
    assert yaml.safe_load(shown)["healthCheckExprs"] == health_check_expressions()
