"""A release of the chart is installed, upgraded, rolled back and removed on a real API server.

Nothing runs Pods here, so Helm does not wait for them, and the hook before an uninstall is left out.
"""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from devtools.cluster.control_plane import ControlPlane, ControlPlaneError
from devtools.generate.chart.places import CHART
from tests.support.chart_values import MATRIX
from tests.support.drain_jobs import SCOPE, running_job
from tests.support.helm import HelmClient, HelmError

RELEASE, NAMESPACE = "oauth-connector", "oauth-connector-system"
CRD = "oauthconnectors.oauthconnector.dev"
CRDS = (f"crd/{CRD}", "crd/oauthconsents.oauthconnector.dev")
CONNECTOR = {
    "apiVersion": "oauthconnector.dev/v1alpha1",
    "kind": "OAuthConnector",
    "metadata": {"name": "crm", "namespace": "default"},
    "spec": {
        "grantType": "ClientCredentials",
        "provider": {"tokenURL": "https://login.example.com/token"},
        "client": {"id": "shop", "secretRef": {"name": "crm-client"}},
    },
}


@pytest.fixture(autouse=True)
def clean(bare_plane: ControlPlane, helm: HelmClient) -> Iterator[None]:
    """Remove the release and the CRDs afterwards."""
    yield
    helm.run("uninstall", RELEASE, "--no-hooks", "--ignore-not-found")
    bare_plane.kubectl("delete", "--ignore-not-found", *CRDS)


def exists(plane: ControlPlane, kind: str, name: str, namespace: str = NAMESPACE) -> bool:
    """Return whether an object exists."""
    return plane.kubectl("get", kind, name, "-n", namespace, "--ignore-not-found") != ""


@pytest.mark.parametrize("name", MATRIX)
def test_a_release_is_installed_and_removed(bare_plane: ControlPlane, helm: HelmClient, name: str) -> None:
    """Each object exists after the installation, and after the uninstall none but the CRDs that are kept."""
    values = MATRIX[name]
    assert "rollout status deployment/" in helm.install(values)
    manifest = helm.run("get", "manifest", RELEASE)
    bare_plane.kubectl("get", "-f", "-", stdin=manifest)
    helm.run("uninstall", RELEASE, "--no-hooks")
    if not values.get("crds", {}).get("keep", True):
        bare_plane.kubectl("wait", "--for=delete", "--timeout=60s", *CRDS)
    left = bare_plane.kubectl("get", "--ignore-not-found", "-o", "name", "-f", "-", stdin=manifest).split()
    kept = CRDS if "helm.sh/resource-policy: keep" in manifest else ()
    assert sorted(left) == sorted(
        name.replace("crd/", "customresourcedefinition.apiextensions.k8s.io/") for name in kept
    )


def chart_with_field(folder: Path) -> Path:
    """Copy the chart as a next version, in which the spec of a connector has one more field."""
    copy = folder / "chart"
    shutil.copytree(CHART, copy)
    (copy / "Chart.yaml").write_text((CHART / "Chart.yaml").read_text().replace("0.1.0", "0.1.1"))
    template = copy / "templates" / "crds" / "oauthconnectors.yaml"
    before = template.read_text()
    place = "              suspend:\n"
    assert before.count(place) == 1
    template.write_text(before.replace(place, f"              added:\n                type: string\n{place}"))
    return copy


def has_field(plane: ControlPlane) -> bool:
    """Return whether the stored CRD has the field of the next version."""
    crd = json.loads(plane.kubectl("get", "crd", CRD, "-o", "json"))
    (version,) = crd["spec"]["versions"]
    return "added" in version["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]


def test_crds_follow_an_upgrade_and_a_rollback(bare_plane: ControlPlane, helm: HelmClient, tmp_path: Path) -> None:
    """The next version changes CRD and image, the rollback returns them, and the connector stays the same."""
    helm.install({})
    bare_plane.kubectl("wait", "--for=condition=Established", f"crd/{CRD}")
    created = json.loads(bare_plane.kubectl("create", "-f", "-", "-o", "json", stdin=json.dumps(CONNECTOR)))
    helm.run("upgrade", RELEASE, str(chart_with_field(tmp_path)), values={"settings": {"logLevel": "debug"}})
    assert has_field(bare_plane)
    assert image(bare_plane) == "oauth-connector-operator:0.1.1"
    with running_job(bare_plane, NAMESPACE, SCOPE):
        helm.run("rollback", RELEASE)
    assert not has_field(bare_plane)
    assert image(bare_plane) == "oauth-connector-operator:0.1.0"
    stored = json.loads(bare_plane.kubectl("get", "oauthconnector", "crm", "-n", "default", "-o", "json"))
    assert stored["metadata"]["uid"] == created["metadata"]["uid"]
    assert stored["metadata"]["generation"] == 1


def image(plane: ControlPlane) -> str:
    """Return the image of the operator."""
    path = "jsonpath={.spec.template.spec.containers[0].image}"
    return plane.kubectl("get", "deployment", RELEASE, "-n", NAMESPACE, "-o", path)


def test_connectors_are_kept_by_an_uninstall(bare_plane: ControlPlane, helm: HelmClient) -> None:
    """CRDs, connectors, Secrets and the namespace stay, and the next installation takes the CRDs over."""
    helm.install({})
    bare_plane.kubectl("wait", "--for=condition=Established", f"crd/{CRD}")
    bare_plane.kubectl("create", "-f", "-", stdin=json.dumps(CONNECTOR))
    bare_plane.kubectl("create", "secret", "generic", "crm-token", "-n", "default")
    assert CRD in helm.run("uninstall", RELEASE, "--no-hooks")
    assert exists(bare_plane, "oauthconnector", "crm", "default")
    assert exists(bare_plane, "secret", "crm-token", "default")
    helm.install({})
    assert exists(bare_plane, "oauthconnector", "crm", "default")
    bare_plane.kubectl("delete", "secret", "crm-token", "-n", "default")


def test_nothing_is_deleted_while_the_operator_has_not_ended(bare_plane: ControlPlane, helm: HelmClient) -> None:
    """If the hook does not succeed in time, Helm fails and the operator keeps its permissions."""
    helm.install({})
    with pytest.raises(HelmError):
        helm.run("uninstall", RELEASE, "--timeout", "1s")
    assert exists(bare_plane, "job", f"{RELEASE}-drain")
    assert exists(bare_plane, "deployment", RELEASE)
    assert exists(bare_plane, "serviceaccount", RELEASE)
    bare_plane.kubectl("get", "clusterrole", RELEASE)
    bare_plane.kubectl("delete", "job", f"{RELEASE}-drain", "-n", NAMESPACE)


def test_a_changed_setting_changes_the_pods(bare_plane: ControlPlane, helm: HelmClient) -> None:
    """An upgrade with another setting makes a new generation of the Deployment, and one without a change does not."""

    def generation() -> str:
        path = "jsonpath={.metadata.generation}"
        return bare_plane.kubectl("get", "deployment", RELEASE, "-n", NAMESPACE, "-o", path)

    helm.install({})
    assert generation() == "1"
    helm.install({})
    assert generation() == "1"
    helm.install({"settings": {"logLevel": "debug"}})
    assert generation() == "2"


def test_an_upgrade_after_another_client_has_scaled_the_operator_can_be_forced(
    bare_plane: ControlPlane, helm: HelmClient
) -> None:
    """Helm names the conflict, and `--force-conflicts` sets the number of Pods of the values."""
    helm.install({})
    deployment = ("deployment", RELEASE, "-n", NAMESPACE)
    bare_plane.kubectl("scale", *deployment, "--replicas=3")
    with pytest.raises(HelmError, match=r"conflict .*: \.spec\.replicas"):
        helm.install({})
    helm.run("upgrade", RELEASE, str(CHART), "--force-conflicts", values={})
    assert bare_plane.kubectl("get", *deployment, "-o", "jsonpath={.spec.replicas}") == "2"


@pytest.fixture
def tenant(bare_plane: ControlPlane, helm: HelmClient, tmp_path: Path) -> Iterator[HelmClient]:
    """Return Helm as the owner of one namespace, who has no permission outside of it."""
    helm.install({})
    bare_plane.kubectl("create", "namespace", "team-a")
    bare_plane.kubectl("create", "serviceaccount", "ann", "-n", "team-a")
    bind(bare_plane, "admin")
    yield HelmClient(bare_plane.kubeconfig_for("team-a", "ann"), tmp_path, "team-a")
    bare_plane.kubectl("delete", "namespace", "team-a")


def bind(plane: ControlPlane, role: str) -> None:
    """Bind a ClusterRole to the owner, in the namespace only."""
    plane.kubectl("create", "rolebinding", role, "-n", "team-a", f"--clusterrole={role}", "--serviceaccount=team-a:ann")


def test_the_owner_of_a_namespace_installs_an_operator(bare_plane: ControlPlane, tenant: HelmClient) -> None:
    """With two roles in the namespace, the owner installs, upgrades and removes a release with a consent server."""
    values = {**MATRIX["tenant"], "namespaces": ["team-a"], "consent": MATRIX["consent server"]["consent"]}
    bind(bare_plane, "oauth-connector-install")
    tenant.install(values)
    tenant.install({**values, "settings": {"logLevel": "debug"}})
    assert exists(bare_plane, "deployment", "oauth-connector", "team-a")
    account = str(bare_plane.kubeconfig_for("team-a", "ann"))
    with pytest.raises(ControlPlaneError, match="Forbidden"):
        bare_plane.kubectl("create", "clusterrole", "mine", "--verb=get", "--resource=pods", f"--kubeconfig={account}")
    tenant.run("uninstall", RELEASE, "--no-hooks")


def test_an_owner_cannot_grant_permissions_that_the_owner_does_not_have(tenant: HelmClient) -> None:
    """Without the role `oauth-connector-install`, the API server refuses the Roles of the operator."""
    with pytest.raises(HelmError, match="attempting to grant RBAC permissions not currently held"):
        tenant.install({**MATRIX["tenant"], "namespaces": ["team-a"]})
