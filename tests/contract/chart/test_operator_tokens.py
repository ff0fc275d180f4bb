"""The chart value `operatorTokens`: the volume, the settings that lead to it, and the API server's view of both."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from oauth_connector.settings.local_rules import read_local_rules
from oauth_connector.settings.operator import load
from tests.support.chart_values import MATRIX
from tests.support.helm import HelmClient, HelmError, Manifest, find

VALUES = MATRIX["tokens of the operator"]
AUDIENCES = [each["audience"] for each in VALUES["operatorTokens"]]


def pod_of(objects: list[Manifest]) -> dict[str, Any]:
    """Return the spec of the Pods of the operator."""
    found: dict[str, Any] = find(objects, "Deployment")["spec"]["template"]["spec"]
    return found


def test_each_audience_has_a_file_that_the_settings_name(renderer: HelmClient, tmp_path: Path) -> None:
    """The kubelet renews a token of ten minutes there, and the operator allows it to namespaces and hosts."""
    objects = renderer.render(VALUES)
    pod = pod_of(objects)
    volume = next(each for each in pod["volumes"] if each["name"] == "operator-tokens")
    mount = next(each for each in pod["containers"][0]["volumeMounts"] if each["name"] == "operator-tokens")
    sources = [each["serviceAccountToken"] for each in volume["projected"]["sources"]]
    assert [(each["audience"], each["expirationSeconds"]) for each in sources] == [(one, 600) for one in AUDIENCES]
    (tmp_path / "config.yaml").write_text(find(objects, "ConfigMap")["data"]["config.yaml"])
    rules = read_local_rules(load({"config": tmp_path / "config.yaml"}))
    assert rules.operator_tokens is not None
    found = [(each.audience, str(each.file), sorted(each.namespaces), each.hosts) for each in rules.operator_tokens]
    assert found == [
        (given["audience"], f"{mount['mountPath']}/{source['path']}", given["namespaces"], tuple(given["hosts"]))
        for given, source in zip(VALUES["operatorTokens"], sources, strict=True)
    ]


def test_the_permission_to_create_tokens_is_not_given(renderer: HelmClient) -> None:
    """An install with this value alone has the roles of the defaults."""
    roles = [
        [each for each in renderer.render(values) if each["kind"] in ("Role", "ClusterRole")] for values in (VALUES, {})
    ]
    assert roles[0] == roles[1]


def test_without_the_value_nothing_is_mounted(renderer: HelmClient) -> None:
    """It is off by default."""
    objects = renderer.render({})
    assert "operator-tokens" not in {each["name"] for each in pod_of(objects)["volumes"]}
    assert "operatorTokens" not in yaml.safe_load(find(objects, "ConfigMap")["data"]["config.yaml"])


def test_another_host_restarts_the_pods(renderer: HelmClient) -> None:
    """The setting is read at the start."""
    other = {"operatorTokens": [{**VALUES["operatorTokens"][0], "hosts": ["sso.corp.example"]}]}
    digests = {
        find(renderer.render(values), "Deployment")["spec"]["template"]["metadata"]["annotations"]["checksum/config"]
        for values in ({"operatorTokens": VALUES["operatorTokens"][:1]}, other)
    }
    assert len(digests) == 2


ENTRY = {"audience": "https://sso.example", "namespaces": ["shop"], "hosts": ["sso.example"]}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"namespaces": []}, "namespaces"),
        ({"namespaces": ["*"]}, "namespaces"),
        ({"hosts": []}, "hosts"),
        ({"hosts": ["*.example"]}, "hosts"),
        ({"hosts": ["SSO.example"]}, "hosts"),
        ({"hosts": ["https://sso.example"]}, "hosts"),
        ({"audience": "https://kubernetes.default.svc"}, "audience"),
        ({"audience": "two words"}, "audience"),
        ({"file": "/var/run/secrets/kubernetes.io/serviceaccount/token"}, "file"),
    ],
)
def test_values_that_would_open_too_much_are_refused(
    renderer: HelmClient, changes: dict[str, object], message: str
) -> None:
    """TH48 in docs/explanation/threat-model.md: each entry names its namespaces and hosts, and no file."""
    with pytest.raises(HelmError, match=message):
        renderer.render({"operatorTokens": [{**ENTRY, **changes}]})


def test_an_entry_without_its_limits_is_refused(renderer: HelmClient) -> None:
    """Neither namespaces nor hosts have a default."""
    for absent in ("namespaces", "hosts", "audience"):
        with pytest.raises(HelmError, match=absent):
            renderer.render({"operatorTokens": [{name: each for name, each in ENTRY.items() if name != absent}]})


def test_an_audience_that_is_there_twice_is_refused(renderer: HelmClient) -> None:
    """The hosts of one entry would count for the namespaces of the other one."""
    with pytest.raises(HelmError, match="operatorTokens must name each audience once"):
        renderer.render({"operatorTokens": [ENTRY, {**ENTRY, "namespaces": ["crm"]}]})
