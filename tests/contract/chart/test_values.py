"""Helm refuses values that the chart does not have, and names them."""

import re
from collections.abc import Mapping
from typing import Any

import pytest

from devtools.generate.chart.places import CHART
from devtools.generate.chart.required_values import required_paths
from devtools.generate.chart.values_file import list_leaves, read_values, values_file
from tests.support.chart_values import CONSENT, MATRIX, Values
from tests.support.helm import HelmClient, HelmError, key_of

REFUSED: list[tuple[Values, str]] = [
    ({"setings": {}}, "setings"),
    ({"settings": {"worker": 3}}, "worker"),
    ({"settings": {"workers": 0}}, "/settings/workers"),
    ({"settings": {"workers": "many"}}, "/settings/workers"),
    ({"settings": {"logLevel": "loud"}}, "/settings/logLevel"),
    ({"settings": {"publicURL": "https://connect.example.com"}}, "publicURL"),
    ({"settings": {"allowedDestinations": [{"hosts": "a"}]}}, "/settings/allowedDestinations/0"),
    ({"settings": {"allowedDestinations": [{"host": "a", "ports": [0]}]}}, "/settings/allowedDestinations/0/ports/0"),
    ({"consent": {"publicURL": "https://example.com/connect"}}, "/consent/publicURL"),
    ({"consent": {"publicURL": "http://connect.example.com"}}, "/consent/publicURL"),
    ({"consent": {"settings": {"stopDelay": 3}}}, "stopDelay"),
    ({"image": {"registry": "https://registry.example.com"}}, "/image/registry"),
    ({"image": {"registry": "registry.example.com/"}}, "/image/registry"),
    ({"image": {"repository": ""}}, "/image/repository"),
    ({"image": {"repository": "operator:0.1.0"}}, "/image/repository"),
    ({"image": {"tag": 1.2}}, "/image/tag"),
    ({"image": {"tag": "sha256:0000"}}, "/image/tag"),
    ({"image": {"digest": "0000"}}, "/image/digest"),
    ({"image": {"pullSecrets": [{"name": "registry"}]}}, "/image/pullSecrets/0"),
    ({"commonLabels": {"app.kubernetes.io/name": "mine"}}, "/commonLabels"),
    ({"commonLabels": {"helm.sh/chart": "mine"}}, "/commonLabels"),
    ({"commonLabels": {"team": 1}}, "/commonLabels/team"),
    ({"commonLabels": {"team": "platform team"}}, "/commonLabels/team"),
    ({"operator": {"podLabels": {"app.kubernetes.io/component": "mine"}}}, "/operator/podLabels"),
    ({"consent": {"podLabels": {"app.kubernetes.io/instance": "mine"}}}, "/consent/podLabels"),
    ({"metrics": {"dashboard": {"labels": {"app.kubernetes.io/name": "mine"}}}}, "/metrics/dashboard/labels"),
    ({"operator": {"podAnnotations": {"checksum/config": "mine"}}}, "/operator/podAnnotations"),
    ({"trustBundle": {"configMap": "corp-ca", "key": ""}}, "/trustBundle/key"),
    ({"trustBundle": {"configMap": "corp-ca", "key": "../ca.crt"}}, "/trustBundle/key"),
    ({"egressProxy": {"url": "proxy.corp.example:3128"}}, "/egressProxy/url"),
    ({"egressProxy": {"url": "http://robot:secret@proxy.corp.example:3128"}}, "/egressProxy/url"),
    ({"egressProxy": {"url": "http://proxy.corp.example"}}, "/egressProxy/url"),
    ({"egressProxy": {"noProxy": "a,b"}}, "/egressProxy/noProxy"),
    ({"image": {"pullPolicy": "Sometimes"}}, "/image/pullPolicy"),
    ({"namespaces": ["Team A"]}, "/namespaces/0"),
    ({"operator": {"replicas": -1}}, "/operator/replicas"),
    ({"operator": {"tolerations": {}}}, "/operator/tolerations"),
    ({"networkPolicy": {"apiServerPorts": []}}, "/networkPolicy/apiServerPorts"),
    ({"networkPolicy": {"apiServerCIDRs": []}}, "/networkPolicy/apiServerCIDRs"),
    ({"networkPolicy": {"apiServerCIDRs": ["10.0.0.1"]}}, "/networkPolicy/apiServerCIDRs/0"),
    ({"networkPolicy": {"dns": []}}, "/networkPolicy/dns"),
    ({"consent": {"httpRoute": {"parentRefs": [{"name": "public"}], "enabled": True}}}, "consent/enabled"),
    ({"consent": {"ingress": {"enabled": True}}}, "consent/enabled"),
    ({"consent": {"enabled": True}}, "consent/publicURL is required"),
    ({"consent": {**CONSENT, "httpRoute": {"enabled": True}}}, "consent/httpRoute/parentRefs is required"),
    ({"drain": {"timeoutSeconds": 5}}, "/drain/timeoutSeconds"),
    ({"metrics": {"serviceMonitor": {"interval": "often"}}}, "/metrics/serviceMonitor/interval"),
    ({"metrics": {"serviceMonitor": {"enabled": True}}}, "networkPolicy/metricsFrom is required"),
]


@pytest.mark.parametrize(("values", "name"), REFUSED, ids=[name for _, name in REFUSED])
def test_a_wrong_value_is_refused_by_its_name(renderer: HelmClient, values: Values, name: str) -> None:
    """The message contains the path or the unknown name, so a mistyped value never has no effect in silence."""
    with pytest.raises(HelmError) as refused:
        renderer.render(values)
    assert name in str(refused.value).replace(".", "/").replace("'", "")


def nested(path: str, value: object) -> dict[str, Any]:
    """Return values in which one path has a value."""
    first, _, rest = path.partition(".")
    return {first: nested(rest, value) if rest else value}


def merged(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """Return both values; where both set one, the second counts."""
    both = {name: merged(first[name], second[name]) for name in first.keys() & second.keys() if second[name]}
    return {**first, **second, **both}


REQUIRED = list(required_paths(read_values(values_file())))
EMPTY = [each for each in list_leaves(read_values(values_file())) if not each.default]


@pytest.mark.parametrize("path", REQUIRED)
def test_a_value_that_must_not_be_null_is_named(renderer: HelmClient, path: str) -> None:
    """The message has the path and the cure; without it, Helm would report a nil pointer."""
    message = rf"{re.escape(path)} is null, which removes its default: remove the line from your values"
    with pytest.raises(HelmError, match=message):
        renderer.render(nested(path, None))


def test_a_null_of_an_empty_value_changes_nothing(renderer: HelmClient) -> None:
    """A line without a value, such as `nodeSelector:`, is the same as none. Settings may be null too."""
    everything = {"consent": {"enabled": True, "publicURL": "https://connect.example.com"}}
    null: dict[str, Any] = {"settings": None, "consent": {"settings": None}}
    for each in EMPTY:
        if not each.path.startswith(("settings.", "consent.settings.", "consent.enabled", "consent.publicURL")):
            null = merged(null, nested(each.path, None))
    objects = [renderer.render(values) for values in (everything, merged(everything, null))]
    names = [[key_of(each) for each in rendered] for rendered in objects]
    assert names[0] == names[1]
    for plain, other in zip(*objects, strict=True):
        if plain["kind"] not in ("ConfigMap", "Deployment"):  # without settings, those of the processes apply
            assert plain == other


def test_labels_of_one_name_are_one_label(renderer: HelmClient) -> None:
    """The more specific value counts, and no manifest has a key twice."""
    labels = {"labels": {"team": "monitoring"}}
    metrics = {kind: {"enabled": True, **labels} for kind in ("serviceMonitor", "prometheusRule", "dashboard")}
    text = renderer.run(
        "template",
        "oauth-connector",
        str(CHART),
        values={
            "commonLabels": {"team": "all"},
            "operator": {"podLabels": {"team": "pods"}},
            "metrics": metrics,
            "networkPolicy": {"metricsFrom": [{"podSelector": {}}]},
        },
    )
    assert [text.count(f"team: {name}") for name in ("monitoring", "pods")] == [3, 1]
    for manifest in text.split("\n---\n"):
        head = manifest.partition("\nspec:")[0].partition("\ndata:")[0]
        assert head.count("    team: ") <= 1


def test_security_contexts_can_be_left_to_the_cluster(renderer: HelmClient) -> None:
    """OpenShift assigns user and group; each Pod of the chart then names none, and still runs as no root user."""
    unset = dict.fromkeys(("runAsUser", "runAsGroup", "fsGroup"))
    values = {"consent": CONSENT, "podSecurityContext": unset, "containerSecurityContext": {"privileged": False}}
    specs = [each["spec"]["template"]["spec"] for each in renderer.render(values) if "template" in each.get("spec", {})]
    contexts = [each["securityContext"] for each in specs]
    assert contexts == [{"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}] * 4
    containers = [each["containers"][0]["securityContext"] for each in specs]
    assert [(each["privileged"], each["readOnlyRootFilesystem"]) for each in containers] == [(False, True)] * 4


def test_the_chart_passes_its_own_check(helm: HelmClient) -> None:
    """`helm lint --strict` reports neither errors nor warnings, for each of the values of the matrix."""
    for values in MATRIX.values():
        assert "0 chart(s) failed" in helm.run("lint", "--strict", str(CHART), values=values)


def set_paths(values: Any, prefix: str = "") -> set[str]:
    """Return the paths that values set."""
    if not isinstance(values, dict) or not values:
        return {prefix}
    return {path for name, value in values.items() for path in set_paths(value, f"{prefix}.{name}".lstrip("."))}


def test_the_matrix_uses_each_value() -> None:
    """A new value is tried by the tests that render the chart; `global` belongs to parent charts."""
    used = {path for values in MATRIX.values() for path in set_paths(values)}
    leaves = {value.path for value in list_leaves(read_values(values_file()))} - {"global"}
    settings = {path for path in leaves if "settings." in path}
    unused = {leaf for leaf in leaves - settings if not any(f"{path}.".startswith(f"{leaf}.") for path in used)}
    assert unused == set()
