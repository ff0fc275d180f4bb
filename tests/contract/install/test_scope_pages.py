"""The commands of docs/how-to/run-namespaced.md and docs/how-to/shard.md, run against a cluster without an operator."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from devtools.cluster.control_plane import ControlPlane
from tests.support.builders import a_spec
from tests.support.drain_jobs import SCOPE, running_job
from tests.support.page_commands import PAGES, PageShell, impersonate, read_commands, read_names


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
    for block in sections.pop("Once, as administrator of the cluster"):
        shell.run(block)
    owner = PageShell(tmp_path, impersonate(empty_cluster.kubeconfig, "ann", tmp_path / "ann.kubeconfig"))
    blocks = [block for section in sections.values() for block in section]
    assert len(blocks) == 3
    for block in blocks[:2]:
        owner.run(block)
    roles = empty_cluster.kubectl("get", "clusterroles,clusterrolebindings", "--output=name")
    assert not {"oauth-connector"} & set(read_names(roles))
    assert "namespaces" in empty_cluster.kubectl("-n", "team-a", "get", "configmap", "oauth-connector", "--output=yaml")
    with running_job(empty_cluster, "team-a", SCOPE):
        owner.run(blocks[2])
    assert "oauth-connector" not in empty_cluster.kubectl("-n", "team-b", "get", "roles", "--output=name")


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
        assert _read_lease_name(empty_cluster, f"oauth-connector-{release}") == f"oauth-connector-{release}"


def _read_lease_name(plane: ControlPlane, name: str) -> str:
    """Return the name of the Lease, which is a variable of the container."""
    variable = '.env[?(@.name=="OAUTH_CONNECTOR_LEASE_NAME")].value'
    path = f"jsonpath={{.spec.template.spec.containers[0]{variable}}}"
    return plane.kubectl("-n", "oauth-connector-system", "get", "deployment", name, "--output", path)


def _read_settings(plane: ControlPlane, name: str) -> dict[str, object]:
    """Return the settings file in a ConfigMap."""
    text = plane.kubectl("-n", "oauth-connector-system", "get", "configmap", name, "--output=yaml")
    settings = yaml.safe_load(yaml.safe_load(text)["data"]["config.yaml"])
    assert isinstance(settings, dict)
    return settings
