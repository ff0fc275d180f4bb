"""What Helm prints after an installation, and the values that pages show."""

import pytest
import yaml

from devtools.generate.chart.places import CHART
from tests.support.chart_values import MATRIX, Values
from tests.support.helm import HelmClient, find
from tests.support.page_commands import PAGES, read_blocks


def read_notes(renderer: HelmClient, values: Values) -> str:
    """Return the notes of an installation without a cluster."""
    return renderer.run("install", "oauth-connector", str(CHART), "--dry-run=client", values=values).partition(
        "NOTES:"
    )[2]


def test_a_tenant_is_shown_commands_that_a_tenant_may_run(renderer: HelmClient) -> None:
    """No command reads all namespaces, and the roles that the release does not contain are named."""
    notes = read_notes(renderer, MATRIX["tenant"])
    assert "--all-namespaces" not in notes
    assert "kubectl get oauthconnectors --namespace oauth-connector-system" in notes
    assert "an administrator of the cluster installs and binds them" in notes


def test_an_administrator_is_shown_the_roles_to_bind(renderer: HelmClient) -> None:
    """Connectors are listed in all namespaces."""
    notes = read_notes(renderer, {})
    assert "kubectl get oauthconnectors --all-namespaces" in notes
    assert "Bind the ClusterRole oauth-connector-edit" in notes


@pytest.mark.parametrize("page", ["install.md", "high-availability.md"])
def test_the_values_that_a_page_shows_are_valid(renderer: HelmClient, page: str) -> None:
    """The schema accepts them, and they reach the Pods."""
    for values in map(yaml.safe_load, read_blocks(PAGES / page, "yaml")):
        if "metadata" not in values:  # a part of a manifest
            assert renderer.render(values)


def test_pods_are_spread_over_zones_as_the_page_shows(renderer: HelmClient) -> None:
    """Each entry selects the Pods of the operator without naming them."""
    (values,) = map(yaml.safe_load, read_blocks(PAGES / "high-availability.md", "yaml"))
    deployment = find(renderer.render(values), "Deployment")
    labels = deployment["spec"]["selector"]["matchLabels"]
    spread = deployment["spec"]["template"]["spec"]["topologySpreadConstraints"]
    assert [each["topologyKey"] for each in spread] == ["topology.kubernetes.io/zone", "kubernetes.io/hostname"]
    assert [each["labelSelector"]["matchLabels"] for each in spread] == [labels, labels]
