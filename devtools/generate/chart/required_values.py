"""files/required.yaml of the chart: the values that must not be null.

In Helm, null removes a default. For a value whose default is empty that changes nothing, and from a map it removes
entries. Of any other value the chart needs one: the template of checks names it, instead of a nil pointer.
"""

import json
from collections.abc import Iterator

from devtools.generate.chart.values_file import (
    CONSENT_SETTINGS,
    OPERATOR_SETTINGS,
    ChartValue,
    read_values,
    values_file,
)

HEAD = "# Values that must not be null, generated from values.yaml by `make generate`. Do not edit.\n"
OPTIONAL = (OPERATOR_SETTINGS, CONSENT_SETTINGS)
"""Groups that may be null: the processes have the same defaults."""


def required_file() -> str:
    """Return the file: a list of paths, a group before its members."""
    return HEAD + "".join(f"- {json.dumps(path)}\n" for path in required_paths(read_values(values_file())))


def required_paths(values: tuple[ChartValue, ...]) -> Iterator[str]:
    """Yield the paths of the values that must not be null."""
    for each in values:
        if each.path in OPTIONAL:
            continue
        if each.members or (each.default and not isinstance(each.default, dict)):
            yield each.path
        yield from required_paths(each.members)
