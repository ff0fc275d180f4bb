"""The manifests in deploy/ are what Helm renders from the chart, and kustomize builds the same objects."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from devtools.cluster.control_plane import ControlPlane
from devtools.generate.chart.places import INSTALL, KUSTOMIZE
from devtools.generate.manifests import RENDERED
from tests.support.chart_values import Values
from tests.support.helm import HelmClient, Manifest, admin_helm, find, key_of
from tests.support.yaml_documents import read_documents, write_documents

OF_HELM = {"app.kubernetes.io/managed-by", "helm.sh/chart"}


def objects_of(text: str) -> list[Manifest]:
    """Parse manifests."""
    return [each for each in read_documents(text) if each is not None]


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


NUMBERS: Values = {
    "fullnameOverride": "1",
    "namespaces": ["2", "true"],
    "image": {"pullSecrets": ["3"]},
    "operator": {"priorityClassName": "4"},
    "trustBundle": {"configMap": "7", "key": "8"},
    "consent": {
        "enabled": True,
        "publicURL": "https://connect.example.com",
        "ingress": {"enabled": True, "className": "5", "tlsSecretName": "6"},
    },
}
"""Names that YAML reads as a number or a truth value unless they are quoted."""


def names_in(value: object, key: str = "") -> Iterator[object]:
    """Yield each value below a key that is a name: `name`, `namespace`, `key`, `resourceNames`, `…Name`, a label."""
    if isinstance(value, dict):
        labels = key in ("labels", "matchLabels", "selector")
        for each, below in value.items():
            yield from names_in(below, "name" if labels and not isinstance(below, dict) else each)
    elif isinstance(value, list):
        for each in value:
            yield from names_in(each, key)
    elif key in ("name", "namespace", "key", "resourceNames") or key.endswith("Name"):
        yield value


def test_names_can_be_those_of_numbers(bare_plane: ControlPlane, tmp_path: Path) -> None:
    """Names, namespaces and labels are text, also where YAML could read them as something else."""
    rendered = admin_helm(bare_plane, tmp_path, namespace="200").render(NUMBERS, release="100")
    objects = [each for each in rendered if each["kind"] != "CustomResourceDefinition"]
    names = list(names_in(objects))
    assert {"1", "2", "true", "3", "4", "5", "6", "7", "8", "100", "200"} <= set(names)
    assert [each for each in names if not isinstance(each, str)] == []


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
            "components": ["../kustomize/consent-server-namespaced"],
            "images": [{"name": "oauth-connector-operator", "newName": "registry.example.com/operator"}],
        },
    )
    assert {each["metadata"]["namespace"] for each in objects} == {"team-a"}
    bound = [subject for each in objects for subject in each.get("subjects", ())]
    assert {subject["namespace"] for subject in bound} == {"team-a"}
    assert "oauth-connector-system" not in write_documents(objects)
    assert not {each["kind"] for each in objects} & {"ClusterRole", "ClusterRoleBinding"}
    assert find(objects, "Role", "oauth-connector-consent-server")
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
