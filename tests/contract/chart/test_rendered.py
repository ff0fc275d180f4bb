"""The manifests in deploy/ are what Helm renders from the chart, and kustomize builds the same objects."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from devtools.cluster.control_plane import ControlPlane
from devtools.generate.chart.places import INSTALL, KUSTOMIZE
from devtools.generate.manifests import RENDERED
from tests.support.helm import HelmClient, Manifest, find, key_of

OF_HELM = {"app.kubernetes.io/managed-by", "helm.sh/chart"}


def objects_of(text: str) -> list[Manifest]:
    """Parse manifests."""
    return [each for each in yaml.safe_load_all(text) if each is not None]


def in_order(objects: list[Manifest]) -> list[Manifest]:
    """Sort objects by kind and name."""
    return sorted(objects, key=key_of)


def without_helm(manifest: Manifest) -> Manifest:
    """Return an object without the labels of Helm."""
    metadata = dict(manifest["metadata"])
    if "labels" in metadata:
        metadata["labels"] = {name: text for name, text in metadata["labels"].items() if name not in OF_HELM}
    return {**manifest, "metadata": metadata}


@pytest.mark.parametrize("path", RENDERED, ids=lambda path: str(path.relative_to(KUSTOMIZE)))
def test_a_committed_manifest_is_what_helm_renders(path: Path) -> None:
    """After a change of the chart, `make manifests` writes these files."""
    assert path.read_text(encoding="utf-8") == RENDERED[path]()


def test_one_file_contains_the_objects_of_the_chart(helm: HelmClient) -> None:
    """`deploy/install.yaml` is the chart with its defaults, without hooks, and with the namespace."""
    rendered = helm.render({"drain": {"enabled": False}, "crds": {"keep": False}})
    installed = [each for each in objects_of(INSTALL.read_text()) if each["kind"] != "Namespace"]
    assert in_order(installed) == in_order([without_helm(each) for each in rendered])


def test_a_namespace_can_have_the_name_of_a_number(helm: HelmClient) -> None:
    """The namespaces of Roles and RoleBindings are text, also where YAML could read them as something else."""
    consent = {"enabled": True, "publicURL": "https://connect.example.com"}
    rendered = helm.render({"namespaces": ["123", "true"], "consent": consent})
    namespaces = {each["metadata"].get("namespace") for each in rendered if each["kind"] in ("Role", "RoleBinding")}
    assert namespaces == {"123", "true", "oauth-connector-system"}


def test_kustomize_builds_the_objects_of_the_one_file(bare_plane: ControlPlane) -> None:
    """The base and `deploy/install.yaml` are equal."""
    built = objects_of(bare_plane.kubectl("kustomize", str(KUSTOMIZE / "base")))
    assert in_order(built) == in_order(objects_of(INSTALL.read_text()))


def build(plane: ControlPlane, folder: Path, kustomization: dict[str, Any]) -> list[Manifest]:
    """Build a kustomization beside the bases, whose paths are relative to it."""
    overlay = folder / "overlay"
    overlay.mkdir()
    (folder / "kustomize").symlink_to(KUSTOMIZE)
    (overlay / "kustomization.yaml").write_text(yaml.safe_dump(kustomization))
    return objects_of(plane.kubectl("kustomize", str(overlay)))


def test_an_overlay_moves_the_operator_to_another_namespace(bare_plane: ControlPlane, tmp_path: Path) -> None:
    """All objects and all references to the ServiceAccount move, and the operator learns its namespace from its Pod."""
    objects = build(
        bare_plane,
        tmp_path,
        {
            "namespace": "team-a",
            "resources": ["../kustomize/namespaced"],
            "images": [{"name": "oauth-connector-operator", "newName": "registry.example.com/operator"}],
        },
    )
    assert {each["metadata"]["namespace"] for each in objects} == {"team-a"}
    bound = [subject for each in objects for subject in each.get("subjects", ())]
    assert {subject["namespace"] for subject in bound} == {"team-a"}
    assert "oauth-connector-system" not in yaml.safe_dump_all(objects)
    (container,) = find(objects, "Deployment")["spec"]["template"]["spec"]["containers"]
    assert container["image"] == "registry.example.com/operator:0.1.0"
    assert "--namespaces=$(POD_NAMESPACE)" in container["args"]


def test_the_component_adds_the_consent_server(bare_plane: ControlPlane, tmp_path: Path, helm: HelmClient) -> None:
    """Base and component are the objects of the chart with the consent server, but for the operator's settings."""
    objects = build(
        bare_plane, tmp_path, {"resources": ["../kustomize/base"], "components": ["../kustomize/consent-server"]}
    )
    consent = {"enabled": True, "publicURL": "https://connect.example.com"}
    rendered = helm.render({"consent": consent, "drain": {"enabled": False}, "crds": {"keep": False}})
    assert {key_of(each) for each in objects} - {("Namespace", "", "oauth-connector-system")} == set(
        map(key_of, rendered)
    )
    for kind in ("Deployment", "ClusterRole", "ConfigMap"):
        name = "oauth-connector-consent-server" if kind == "ClusterRole" else "oauth-connector-consent"
        assert find(objects, kind, name) == without_helm(find(rendered, kind, name))
