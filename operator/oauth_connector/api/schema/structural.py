"""Structural schemas from the models: references resolved, `null` and defaults removed, rules as CEL."""

from collections.abc import Mapping
from typing import Any

from oauth_connector.api.schema.fields import VALIDATIONS, Model

Schema = Mapping[str, Any]

_KEPT = (
    "description",
    "type",
    "format",
    "enum",
    "pattern",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "minItems",
    "maxItems",
    "maxProperties",
    "required",
    "x-kubernetes-list-type",
    "x-kubernetes-list-map-keys",
    "x-kubernetes-map-type",
    VALIDATIONS,
)
"""The keywords of a structural schema that the CRDs use, in reading order."""


def build_object_schema(model: type[Model]) -> dict[str, Any]:
    """Return the structural schema of a model: references resolved, `null` and defaults removed, rules as CEL."""
    generated = model.model_json_schema(by_alias=True, mode="validation")
    return _build_structural(generated, generated.get("$defs", {}))


def _build_structural(schema: Schema, definitions: Schema) -> dict[str, Any]:
    schema = _resolve(schema, definitions)
    built = {name: _sort_rules(name, schema[name]) for name in _KEPT if name in schema}
    if schema["type"] == "array":
        built.setdefault("x-kubernetes-list-type", "atomic")
        built["items"] = _build_structural(schema["items"], definitions)
    if isinstance(schema.get("additionalProperties"), Mapping):
        built["additionalProperties"] = _build_structural(schema["additionalProperties"], definitions)
    if "properties" in schema:
        built["properties"] = {
            name: _build_structural(part, definitions) for name, part in schema["properties"].items()
        }
    return built


def _sort_rules(name: str, value: object) -> object:
    """Put each rule before its message, in reading order."""
    if name != VALIDATIONS or not isinstance(value, list):
        return value
    return [
        {key: rule[key] for key in ("rule", "message", "messageExpression", "fieldPath") if key in rule}
        for rule in value
    ]


def _resolve(schema: Schema, definitions: Schema) -> dict[str, Any]:
    """Replace a reference by its definition and an optional value by the value; keep the keywords beside it."""
    here = {name: value for name, value in schema.items() if name not in ("$ref", "anyOf", "const")}
    if "$ref" in schema:
        return {**_resolve(definitions[schema["$ref"].rsplit("/", 1)[1]], definitions), **here}
    if "anyOf" in schema:
        (value,) = (option for option in schema["anyOf"] if option.get("type") != "null")
        return {**_resolve(value, definitions), **here}
    return {**here, "enum": [schema["const"]]} if "const" in schema else here
