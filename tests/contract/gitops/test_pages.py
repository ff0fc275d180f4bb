"""The commands and the manifests of docs/how-to/flux.md and docs/how-to/argo-cd.md, on the real API server."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from devtools.cluster.control_plane import ControlPlane
from devtools.gitops.controllers import install_kinds, module_folder
from oauth_connector.kubectl_plugin.main import INTERRUPTED
from tests.support.gitops_judge import health_check_expressions
from tests.support.gitops_pages import EXAMPLES, PAGES
from tests.support.page_commands import PAGES as FOLDER
from tests.support.page_commands import ROOT, read_blocks, read_commands
from tests.support.polling import wait_until
from tests.support.yaml_documents import read_documents, read_yaml

BIN = Path(sys.executable).parent
MINIMUM = {"argo-cd": 3, "flux": 7}
"""So many blocks of a page are run here."""
KEPT = {
    "argo-cd": {"argocd.argoproj.io/sync-options": "Prune=false,Delete=false"},
    "flux": {"kustomize.toolkit.fluxcd.io/prune": "disabled"},
}
BY_TOOLS = ("argocd ", "git ", "kubectl oauth authorize ")  # the tests of tests/gitops and the last one here run these
SECRETS = {"CRM_CLIENT_SECRET": "a", "MAILBOX_CLIENT_SECRET": "b"}
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
    for name in ("flux-system", "argocd"):
        control_plane.kubectl("create", "namespace", name)
    control_plane.kubectl("create", "configmap", "argocd-cm", "-n", "argocd")
    return control_plane


@pytest.fixture(params=PAGES)
def page(request: pytest.FixtureRequest, plane: ControlPlane) -> Iterator[str]:
    """Yield a page, in a cluster with the connectors of its example; what a page creates is deleted."""
    plane.kubectl("apply", "--server-side", "-k", str(EXAMPLES / "connectors"))
    yield str(request.param)
    plane.kubectl("delete", "namespace", "orders")


def test_the_commands_of_a_page_work(page: str, plane: ControlPlane) -> None:
    """Each command of the pages succeeds, in the root of the repository, one after the other."""
    blocks = [block for section in read_commands(FOLDER / f"{page}.md").values() for block in section]
    commands = [block for block in blocks if not block.startswith(BY_TOOLS)]
    assert len(commands) >= MINIMUM[page]
    for command in commands:
        done = subprocess.run(  # noqa: S603  # the commands of the pages
            ["/bin/bash", "-euo", "pipefail", "-c", command],
            cwd=ROOT,
            env=environment(plane),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"


def test_a_user_consents_with_the_command_of_a_page(page: str, plane: ControlPlane) -> None:
    """The command requests a consent for the connector of the example. Without an operator it waits for the link."""
    blocks = read_commands(FOLDER / f"{page}.md")
    (command,) = (block for section in blocks.values() for block in section if " authorize " in block)
    program = subprocess.Popen(["/bin/bash", "-c", f"exec {command}"], env=environment(plane))  # noqa: S603  # of the page
    try:
        path = "jsonpath={.items[*].spec.connectorName}"
        requested = ("get", "oauthconsents", "-n", "orders", "-o", path)
        wait_until(lambda: "mailbox" in plane.kubectl(*requested), "a consent is requested", within=60, pause=0.2)
    finally:
        program.terminate()
    assert program.wait(60) == INTERRUPTED


@pytest.mark.parametrize("tool", PAGES)
def test_an_example_sets_the_image_and_keeps_the_crds(tool: str, plane: ControlPlane, tmp_path: Path) -> None:
    """kustomize, which both tools run, finds the image and the objects that the example of the operator changes."""
    rendered = render(plane, tmp_path, read_changes(tool))
    (deployment,) = (found for found in rendered if found["kind"] == "Deployment")
    images = [container["image"] for container in deployment["spec"]["template"]["spec"]["containers"]]
    assert [image.partition(":")[0] for image in images] == ["registry.example.com/oauth-connector-operator"]
    crds = [found["metadata"]["annotations"] for found in rendered if found["kind"] == "CustomResourceDefinition"]
    assert [KEPT[tool].items() <= annotations.items() for annotations in crds] == [True, True]


@pytest.mark.parametrize("tool", PAGES)
def test_a_page_stops_the_operator_before_its_permissions_are_deleted(
    tool: str, plane: ControlPlane, tmp_path: Path
) -> None:
    """With the change of the first step of the uninstall, the Deployment has no replicas."""
    (stop, _) = read_commands(FOLDER / f"{tool}.md")["Uninstall the operator"]
    changes = read_changes(tool)
    if tool == "flux":
        (patch,) = re.findall(r"--patch='(.*?)'", stop, re.DOTALL)
        (operation,) = read_yaml(patch)
        changes["patches"] = [*changes["patches"], operation["value"]]
    else:
        ((name, count),) = re.findall(r"--kustomize-replica (\S+)=(\d+)", stop)
        changes["replicas"] = [{"name": name, "count": int(count)}]
    (deployment,) = (found for found in render(plane, tmp_path, changes) if found["kind"] == "Deployment")
    assert deployment["spec"]["replicas"] == 0


def render(plane: ControlPlane, folder: Path, changes: Mapping[str, object]) -> list[dict[str, Any]]:
    """Return what kustomize makes of the operator's manifests with these changes."""
    (folder / "base").symlink_to(ROOT / "deploy" / "kustomize" / "base")
    (folder / "kustomization.yaml").write_text(yaml.safe_dump({"resources": ["base"], **changes}))
    return read_documents(plane.kubectl("kustomize", str(folder)))


def read_changes(tool: str) -> dict[str, Any]:
    """Return what the example of the operator adds to a kustomization."""
    spec = read_yaml((EXAMPLES / tool / "operator.yaml").read_text())["spec"]
    if tool == "flux":
        return {name: spec[name] for name in ("images", "patches")}
    kustomize = spec["source"]["kustomize"]
    images = []
    for text in kustomize["images"]:  # as `kustomize edit set image` reads it
        name, _, image = text.partition("=")
        new, _, tag = image.rpartition(":")
        images.append({"name": name, "newName": new, "newTag": tag})
    return {"images": images, "patches": kustomize["patches"]}


def environment(plane: ControlPlane) -> dict[str, str]:
    """Return the environment of a cluster administrator who has the commands of this project."""
    path = f"{BIN}:{plane.binaries}:{os.environ['PATH']}"
    return {**os.environ, **SECRETS, "PATH": path, "KUBECONFIG": str(plane.kubeconfig)}


def test_the_health_checks_of_the_page_are_those_of_the_example() -> None:
    """The page shows the expressions that the tests of health judge."""
    (shown,) = read_blocks(FOLDER / "flux.md", "yaml")
    assert read_yaml(shown)["healthCheckExprs"] == health_check_expressions()
