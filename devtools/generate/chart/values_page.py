"""docs/reference/values.md, generated from values.yaml."""

import json

from devtools.generate.chart.values_file import ChartValue, list_leaves, read_values, values_file

HEAD = """\
<!-- Generated from deploy/charts/oauth-connector-operator/values.yaml by `make generate`. Do not edit. -->

# Values of the Helm chart

[Install the operator](../how-to/install.md) shows how to use the chart. Helm checks values with a strict schema: a
mistyped name and a wrong type are errors, also in `settings`.

| value | default | meaning |
|---|---|---|
"""


def page() -> str:
    """Return the page as Markdown."""
    return HEAD + "".join(map(_row, list_leaves(read_values(values_file()))))


def _row(value: ChartValue) -> str:
    return f"| `{value.path}` | {_format_default(value.default)} | {value.description.replace('|', chr(92) + '|')} |\n"


def _format_default(default: object) -> str:
    return f"`{json.dumps(default, ensure_ascii=False)}`" if default not in ("", [], {}) else ""
