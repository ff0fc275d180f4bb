"""The CustomResourceDefinition, made from the models: structural, bounded, with the models' own rules as CEL."""

from collections.abc import Mapping
from typing import Any

from oauth_connector.api.fields import Model
from oauth_connector.api.status import OAuthConnectorStatus
from oauth_connector.api.v1alpha1 import GROUP, KIND, PLURAL, VERSION, OAuthConnectorSpec

Schema = dict[str, Any]

DESCRIPTION = "Asks an authorization server for access tokens and keeps a fresh one in a Secret."

COLUMNS = (
    ("Ready", "string", '.status.conditions[?(@.type=="Ready")].status', 0),
    ("Reason", "string", '.status.conditions[?(@.type=="Ready")].reason', 0),
    ("Grant", "string", ".spec.grantType", 0),
    ("Secret", "string", ".status.secretRef.name", 0),
    ("Expires", "string", ".status.expirationTime", 0),
    ("Refresh", "string", '.status.conditions[?(@.type=="RefreshFailed")].reason', 0),
    ("Next", "string", ".status.nextRefreshTime", 1),
    ("Message", "string", '.status.conditions[?(@.type=="Ready")].message', 1),
    ("Age", "date", ".metadata.creationTimestamp", 0),
)
"""Name, type, path, priority. `Expires` is a string: a date column shows a time to come as `<invalid>`."""

NAME_RULE = {
    "rule": "size(self.metadata.name) <= 200",
    "message": "metadata.name must have at most 200 characters, so that names of Secrets can be made of it",
}


def crd() -> Schema:
    """Give the whole CustomResourceDefinition."""
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{PLURAL}.{GROUP}"},
        "spec": {
            "group": GROUP,
            "scope": "Namespaced",
            "names": {
                "kind": KIND,
                "listKind": f"{KIND}List",
                "plural": PLURAL,
                "singular": KIND.lower(),
                "shortNames": ["oac"],
                "categories": ["oauth"],
            },
            "versions": [_version()],
        },
    }


def _version() -> Schema:
    return {
        "name": VERSION,
        "served": True,
        "storage": True,
        "subresources": {"status": {}},
        "additionalPrinterColumns": [
            {"name": name, "type": kind, "jsonPath": path, **({"priority": priority} if priority else {})}
            for name, kind, path, priority in COLUMNS
        ],
        "selectableFields": [{"jsonPath": ".spec.grantType"}],
        "schema": {"openAPIV3Schema": _root()},
    }


def _root() -> Schema:
    return {
        "type": "object",
        "description": DESCRIPTION,
        "required": ["spec"],
        "x-kubernetes-validations": [NAME_RULE],
        "properties": {
            "apiVersion": {"type": "string"},
            "kind": {"type": "string"},
            "metadata": {"type": "object"},
            "spec": object_schema(OAuthConnectorSpec),
            "status": {**object_schema(OAuthConnectorStatus), "default": {"observedGeneration": -1}},
        },
    }


def object_schema(model: type[Model]) -> Schema:
    """Give the structural schema of a model: references resolved, `null` and defaults left out, rules as CEL."""
    generated = model.model_json_schema(by_alias=True, mode="validation")
    models = {cls.__name__: cls for cls in _parts(model)}
    return _structural(generated, generated.get("$defs", {}), models)


def _parts(model: type[Model]) -> set[type[Model]]:
    """Find a model and all models within it."""
    found = {model}
    for field in model.model_fields.values():
        for part in _classes(field.annotation):
            found |= _parts(part)
    return found


def _classes(annotation: object) -> set[type[Model]]:
    if isinstance(annotation, type) and issubclass(annotation, Model):
        return {annotation}
    return {cls for argument in getattr(annotation, "__args__", ()) for cls in _classes(argument)}


def _structural(schema: Mapping[str, Any], definitions: Mapping[str, Any], models: Mapping[str, type[Model]]) -> Schema:
    if "$ref" in schema:
        target = definitions[schema["$ref"].rsplit("/", 1)[1]]
        described = {"description": schema["description"]} if "description" in schema else {}
        return {**_structural(target, definitions, models), **described}
    if "anyOf" in schema:
        (kept,) = (option for option in schema["anyOf"] if option.get("type") != "null")
        described = {"description": schema["description"]} if "description" in schema else {}
        return {**_structural(kept, definitions, models), **described}
    made = {name: value for name, value in schema.items() if name in _KEPT}
    if "const" in schema:
        made["enum"] = [schema["const"]]
    made.update(_children(schema, definitions, models))
    model = models.get(schema.get("title", ""))
    if model is not None and model.RULES:
        made["x-kubernetes-validations"] = [{"rule": rule.cel, "message": rule.message} for rule in model.RULES]
    return made


_KEPT = frozenset(
    {
        "type",
        "description",
        "enum",
        "format",
        "required",
        "pattern",
        "minLength",
        "maxLength",
        "minItems",
        "maxItems",
        "maxProperties",
        "minimum",
        "maximum",
    }
)


def _children(schema: Mapping[str, Any], definitions: Mapping[str, Any], models: Mapping[str, type[Model]]) -> Schema:
    made: Schema = {}
    if "properties" in schema:
        made["properties"] = {
            name: _structural(part, definitions, models) for name, part in schema["properties"].items()
        }
    if isinstance(schema.get("additionalProperties"), Mapping):
        made["additionalProperties"] = _structural(schema["additionalProperties"], definitions, models)
    if "items" in schema:
        made["items"] = _structural(schema["items"], definitions, models)
    if "conditions" in made.get("properties", {}):
        made["properties"]["conditions"].update(
            {"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"]}
        )
    return made
