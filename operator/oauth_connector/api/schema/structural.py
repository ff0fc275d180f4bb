"""Structural schemas out of the models: references resolved, `null` and defaults left out, rules as CEL."""

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
"""What of JSON Schema a structural schema may hold and we use, in the order in which people read it."""


def object_schema(model: type[Model]) -> dict[str, Any]:
    """Give the structural schema of a model: references resolved, `null` and defaults left out, rules as CEL."""
    generated = model.model_json_schema(by_alias=True, mode="validation")
    return _structural(generated, generated.get("$defs", {}))


def _structural(schema: Schema, definitions: Schema) -> dict[str, Any]:
    schema = _resolved(schema, definitions)
    made = {name: _in_order(name, schema[name]) for name in _KEPT if name in schema}
    if schema["type"] == "array":
        made.setdefault("x-kubernetes-list-type", "atomic")
        made["items"] = _structural(schema["items"], definitions)
    if isinstance(schema.get("additionalProperties"), Mapping):
        made["additionalProperties"] = _structural(schema["additionalProperties"], definitions)
    if "properties" in schema:
        made["properties"] = {name: _structural(part, definitions) for name, part in schema["properties"].items()}
    return made


def _in_order(name: str, value: object) -> object:
    """Put each rule before its message, as people read them."""
    if name != VALIDATIONS or not isinstance(value, list):
        return value
    return [{key: rule[key] for key in ("rule", "message", "fieldPath") if key in rule} for rule in value]


def _resolved(schema: Schema, definitions: Schema) -> dict[str, Any]:
    """Put in place of a reference what it names, of an optional value the value; what is said beside it stands."""
    here = {name: value for name, value in schema.items() if name not in ("$ref", "anyOf", "const")}
    if "$ref" in schema:
        return {**_resolved(definitions[schema["$ref"].rsplit("/", 1)[1]], definitions), **here}
    if "anyOf" in schema:
        (value,) = (option for option in schema["anyOf"] if option.get("type") != "null")
        return {**_resolved(value, definitions), **here}
    return {**here, "enum": [schema["const"]]} if "const" in schema else here
