"""Helm refuses values that the chart does not have, and names them."""

from typing import Any

import pytest

from devtools.generate.chart.places import CHART
from devtools.generate.chart.values_file import list_leaves, read_values, values_file
from tests.support.chart_values import MATRIX, Values
from tests.support.helm import HelmClient, HelmError

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
    ({"consent": {"settings": {"stopDelay": 3}}}, "stopDelay"),
    ({"image": {"digest": "0000"}}, "/image/digest"),
    ({"image": {"pullPolicy": "Sometimes"}}, "/image/pullPolicy"),
    ({"namespaces": ["Team A"]}, "/namespaces/0"),
    ({"operator": {"replicas": -1}}, "/operator/replicas"),
    ({"operator": {"tolerations": {}}}, "/operator/tolerations"),
    ({"networkPolicy": {"apiServerPorts": []}}, "/networkPolicy/apiServerPorts"),
    ({"drain": {"timeoutSeconds": 0}}, "/drain/timeoutSeconds"),
    ({"metrics": {"serviceMonitor": {"interval": "often"}}}, "/metrics/serviceMonitor/interval"),
]


@pytest.mark.parametrize(("values", "name"), REFUSED, ids=[name for _, name in REFUSED])
def test_a_wrong_value_is_refused_by_its_name(helm: HelmClient, values: Values, name: str) -> None:
    """The message contains the path or the unknown name, so a mistyped value never has no effect in silence."""
    with pytest.raises(HelmError) as refused:
        helm.render(values)
    assert name in str(refused.value).replace(".", "/").replace("'", "")


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
