"""The commands of docs/how-to/run-namespaced.md and docs/how-to/shard.md, run against a cluster without an operator."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from devtools.cluster.control_plane import ControlPlane
from tests.support.builders import a_spec
from tests.support.page_commands import PageShell, impersonate, read_names, read_sections

PAGES = Path(__file__).parents[3] / "docs" / "how-to"


@pytest.fixture
def empty_cluster() -> Iterator[ControlPlane]:
    """Return a control plane without the CRDs."""
    with ControlPlane() as plane:
        yield plane


@pytest.fixture
def shell(tmp_path: Path) -> PageShell:
    """Return a shell in a folder with the chart."""
    return PageShell(tmp_path)


def test_the_owner_of_two_namespaces_installs_an_operator(
    empty_cluster: ControlPlane, shell: PageShell, tmp_path: Path
) -> None:
    """An administrator acts once. The owner installs and changes the release, without a permission in the cluster."""
    sections = read_sections((PAGES / "run-namespaced.md").read_text())
    for block in sections.pop("Once, as administrator of the cluster"):
        shell.run(block, empty_cluster.kubeconfig)
    owner = impersonate(empty_cluster.kubeconfig, "ann", tmp_path / "ann.kubeconfig")
    blocks = [block for section in sections.values() for block in section]
    assert len(blocks) == 3
    for block in blocks[:2]:
        shell.run(block, owner)
    roles = empty_cluster.kubectl("get", "clusterroles,clusterrolebindings", "--output=name")
    assert not {"oauth-connector"} & set(read_names(roles))
    assert "namespaces" in empty_cluster.kubectl("-n", "team-a", "get", "configmap", "oauth-connector", "--output=yaml")
    shell.run(blocks[2], owner)
    assert "oauth-connector" not in empty_cluster.kubectl("-n", "team-b", "get", "roles", "--output=name")


def test_two_shards_are_installed_and_a_connector_is_moved(empty_cluster: ControlPlane, shell: PageShell) -> None:
    """The releases share a namespace, and each has its selector and a Lease of its own name."""
    sections = read_sections((PAGES / "shard.md").read_text())
    install, try_selector = sections["Install two shards"][:2], sections["Install two shards"][2]
    for block in install:
        shell.run(block, empty_cluster.kubeconfig)
    head = {"apiVersion": "oauthconnector.dev/v1alpha1", "kind": "OAuthConnector"}
    connector = {**head, "metadata": {"name": "crm", "namespace": "shop"}, "spec": a_spec()}
    empty_cluster.kubectl("create", "namespace", "shop")
    empty_cluster.kubectl("apply", "--filename=-", stdin=yaml.safe_dump(connector))
    assert "crm" in shell.run(try_selector, empty_cluster.kubeconfig)
    [move] = sections["Assign and move connectors"]
    shell.run(move, empty_cluster.kubeconfig)
    assert "crm" not in shell.run(try_selector, empty_cluster.kubeconfig)
    [find_all] = sections["What to avoid"]
    shell.run(find_all, empty_cluster.kubeconfig)
    for release, selector in (("a", "shard notin (b)"), ("b", "shard in (b)")):
        settings = _read_settings(empty_cluster, f"oauth-connector-{release}")
        assert settings["selector"] == selector
        assert settings["leaseName"] == f"oauth-connector-{release}"


def _read_settings(plane: ControlPlane, name: str) -> dict[str, object]:
    """Return the settings file in a ConfigMap."""
    text = plane.kubectl("-n", "oauth-connector-system", "get", "configmap", name, "--output=yaml")
    settings = yaml.safe_load(yaml.safe_load(text)["data"]["config.yaml"])
    assert isinstance(settings, dict)
    return settings
