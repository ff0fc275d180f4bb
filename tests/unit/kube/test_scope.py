"""The lists of a scope."""

import pytest

from oauth_connector.kube.scope import InstallScope, ScopePart

CONNECTORS = "/apis/oauthconnector.dev/v1alpha1/oauthconnectors"


def test_a_scope_without_settings_is_the_whole_cluster() -> None:
    """Everything is listed with one request for each kind."""
    [part] = InstallScope().parts
    assert part.connectors().path == CONNECTORS
    assert part.secrets().path == "/api/v1/secrets"
    assert part.consents().path == "/apis/oauthconnector.dev/v1alpha1/oauthconsents"
    assert part.connectors().selector == ""


def test_each_named_namespace_is_a_part() -> None:
    """No list is one of the whole cluster."""
    parts = InstallScope(("team-a", "team-b"), "shard=a").parts
    assert [part.namespace for part in parts] == ["team-a", "team-b"]
    for part in parts:
        for source in (part.connectors(), part.secrets(), part.consents()):
            assert f"/namespaces/{part.namespace}/" in source.path
            assert source.namespace == part.namespace


@pytest.mark.parametrize("selector", ["shard=a", "shard in (a, b),!frozen"])
def test_a_selector_is_for_connectors_alone(selector: str) -> None:
    """Secrets and consents do not have the labels of their connector."""
    part = ScopePart(selector=selector)
    assert part.connectors().selector == selector
    assert part.secrets().selector == "oauthconnector.dev/managed=true"
    assert part.consents().selector == ""
