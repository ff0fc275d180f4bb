"""The commands of docs/how-to/run-namespaced.md and docs/how-to/shard.md, run against a cluster without an operator."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from devtools.cluster.control_plane import ControlPlane
from tests.support.builders import a_spec
from tests.support.drain_jobs import SCOPE, running_job
from tests.support.page_commands import PAGES, PageShell, impersonate, read_commands, read_names

IMAGE = "registry.example.com/oauth-connector-operator:0.1.0"


@pytest.fixture
def empty_cluster() -> Iterator[ControlPlane]:
    """Return a control plane without the CRDs."""
    with ControlPlane() as plane:
        yield plane


@pytest.fixture
def shell(empty_cluster: ControlPlane, tmp_path: Path) -> PageShell:
    """Return a shell of the administrator, in a folder with the chart."""
    return PageShell(tmp_path, empty_cluster.kubeconfig)


def test_the_owner_of_two_namespaces_installs_an_operator(
    empty_cluster: ControlPlane, shell: PageShell, tmp_path: Path
) -> None:
    """An administrator acts once. The owner installs and changes the release, without a permission in the cluster."""
    sections = read_commands(PAGES / "run-namespaced.md")
    for block in sections["Once, as administrator of the cluster"]:
        shell.run(block)
    owner = PageShell(tmp_path, impersonate(empty_cluster.kubeconfig, "ann", tmp_path / "ann.kubeconfig"))
    for kind in ("oauthconnectors", "oauthconsents", "rolebindings"):
        assert owner.run(f"kubectl auth can-i create {kind} --namespace team-a") == "yes\n"
    install, show_roles, kustomize = sections["As owner of the namespaces"]
    leave_out, wait_for_pods = sections["Change the namespaces"]
    owner.run(install)
    owner.run(show_roles)
    assert _read_image(empty_cluster, "team-a") == IMAGE
    roles = empty_cluster.kubectl("get", "clusterroles,clusterrolebindings", "--output=name")
    assert not {"oauth-connector"} & set(read_names(roles))
    assert "namespaces" in empty_cluster.kubectl("-n", "team-a", "get", "configmap", "oauth-connector", "--output=yaml")
    with running_job(empty_cluster, "team-a", SCOPE):
        owner.run(leave_out)
    assert "oauth-connector" not in empty_cluster.kubectl("-n", "team-b", "get", "roles", "--output=name")
    owner.run(wait_for_pods)
    owner.run("helm uninstall oauth-connector --namespace team-a --no-hooks")
    _install_and_remove_with_kustomize(empty_cluster, owner, kustomize)


def _install_and_remove_with_kustomize(cluster: ControlPlane, owner: PageShell, kustomize: str) -> None:
    """Operator and consent server have Roles in the namespace, and nothing is left after the uninstall."""
    owner.run(kustomize)
    roles = cluster.kubectl("-n", "team-a", "get", "roles", "--output=name")
    assert {"oauth-connector", "oauth-connector-consent-server"} <= set(read_names(roles))
    assert _read_settings(cluster, "oauth-connector-consent", "team-a") == {"publicURL": "https://connect.example.com"}
    assert _read_image(cluster, "team-a") == IMAGE
    (uninstall,) = read_commands(PAGES / "uninstall.md")["With kustomize, in one namespace"]
    owner.run(uninstall)
    kinds = "deployments,configmaps,services,networkpolicies,poddisruptionbudgets,roles,serviceaccounts"
    left = cluster.kubectl("-n", "team-a", "get", kinds, "--output=name")
    assert set(read_names(left)) == {"default", "kube-root-ca.crt"}


def test_two_shards_are_installed_and_a_connector_is_moved(empty_cluster: ControlPlane, shell: PageShell) -> None:
    """The releases share a namespace, and each has its selector and a Lease of its own name."""
    sections = read_commands(PAGES / "shard.md")
    install, try_selector = sections["Install two shards"][:2], sections["Install two shards"][2]
    for block in install:
        shell.run(block)
    head = {"apiVersion": "oauthconnector.dev/v1alpha1", "kind": "OAuthConnector"}
    connector = {**head, "metadata": {"name": "crm", "namespace": "shop"}, "spec": a_spec()}
    empty_cluster.kubectl("create", "namespace", "shop")
    empty_cluster.kubectl("apply", "--filename=-", stdin=yaml.safe_dump(connector))
    assert "crm" in shell.run(try_selector)
    [move] = sections["Assign and move connectors"]
    shell.run(move)
    assert "crm" not in shell.run(try_selector)
    [find_all] = sections["What to avoid"]
    shell.run(find_all)
    for release, selector in (("a", "shard notin (b)"), ("b", "shard in (b)")):
        settings = _read_settings(empty_cluster, f"oauth-connector-{release}")
        assert settings["selector"] == selector
        assert _read_image(empty_cluster, "oauth-connector-system", f"oauth-connector-{release}") == IMAGE
        assert _read_lease_name(empty_cluster, f"oauth-connector-{release}") == f"oauth-connector-{release}"


def _read_lease_name(plane: ControlPlane, name: str) -> str:
    """Return the name of the Lease, which is a variable of the container."""
    variable = '.env[?(@.name=="OAUTH_CONNECTOR_LEASE_NAME")].value'
    path = f"jsonpath={{.spec.template.spec.containers[0]{variable}}}"
    return plane.kubectl("-n", "oauth-connector-system", "get", "deployment", name, "--output", path)


def _read_image(plane: ControlPlane, namespace: str, name: str = "oauth-connector") -> str:
    """Return the image of a Deployment."""
    path = "jsonpath={.spec.template.spec.containers[0].image}"
    return plane.kubectl("-n", namespace, "get", "deployment", name, "--output", path)


def _read_settings(plane: ControlPlane, name: str, namespace: str = "oauth-connector-system") -> dict[str, object]:
    """Return the settings file in a ConfigMap."""
    text = plane.kubectl("-n", namespace, "get", "configmap", name, "--output=yaml")
    settings = yaml.safe_load(yaml.safe_load(text)["data"]["config.yaml"])
    assert isinstance(settings, dict)
    return settings
