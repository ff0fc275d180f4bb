"""The settings of a process as values of the chart: their schema, and their lines in values.yaml.

Values exist for the settings that a user of the chart may choose. The chart sets the others itself: files, ports and
namespaces fit the manifests of the Pod, and the address of the consent server is one value for both processes.
"""

import json
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from oauth_connector.api.schema.fields import to_camel_case
from oauth_connector.settings.sources import Configuration

Schema = Mapping[str, Any]

SET_BY_CHART = frozenset(
    {
        "config",
        "kubeconfig",
        "trust_bundle",
        "https_proxy",
        "no_proxy",
        "https_proxy_credentials",
        "https_proxy_trust_bundle",
        "public_url",
        "namespace",
        "namespaces",
        "selector",
        "service_account_tokens",
        "operator_tokens",
        "leader_election",
        "lease_name",
        "pod_name",
        "http_host",
        "http_port",
    }
)
"""Settings that are no values, as fields of the models."""
WIDTH = 118
_IGNORED = ("title", "default")


def settings_schema(settings: type[Configuration]) -> dict[str, Any]:
    """Return the JSON Schema of the settings that are values; unknown ones are rejected."""
    model = settings.model_json_schema()
    chosen = _choose_settings(model)
    properties = {name: _simplify(schema, model.get("$defs", {})) for name, schema in chosen.items()}
    return {"type": "object", "additionalProperties": False, "properties": properties}


def settings_lines(settings: type[Configuration], indent: str) -> str:
    """Return the lines of values.yaml: each setting with its description and its default."""
    return "".join(
        textwrap.indent(_describe(schema) + _format_default(name, schema), indent)
        for name, schema in _choose_settings(settings.model_json_schema()).items()
    )


def _choose_settings(model: Schema) -> dict[str, Schema]:
    return {to_camel_case(name): each for name, each in model["properties"].items() if name not in SET_BY_CHART}


def _describe(schema: Schema) -> str:
    lines = textwrap.wrap(schema["description"], WIDTH, break_long_words=False, break_on_hyphens=False)
    return "".join(f"# {line}\n" for line in lines)


def _format_default(name: str, schema: Schema) -> str:
    default = schema.get("default")
    return f"{name}: {json.dumps(default)}\n" if default is not None else f"# {name}:\n"


def _simplify(schema: object, definitions: Schema) -> object:
    """Return a schema without references, titles and defaults, and without null, which removes a value in Helm."""
    if isinstance(schema, list):
        return [_simplify(each, definitions) for each in schema]
    if not isinstance(schema, dict):
        return schema
    merged = dict(_merge_parts(schema, definitions))
    return {name: _simplify(each, definitions) for name, each in merged.items() if name not in _IGNORED}


def _merge_parts(schema: Schema, definitions: Schema) -> Iterator[tuple[str, Any]]:
    for name, value in schema.items():
        if name == "$ref":
            yield from definitions[value.rpartition("/")[2]].items()
        elif name == "anyOf":
            yield from next(each for each in value if each.get("type") != "null").items()
        else:
            yield name, value
