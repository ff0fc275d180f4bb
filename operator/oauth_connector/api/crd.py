"""The CustomResourceDefinition, made from the models: structural, bounded, with the models' own rules as CEL."""

from collections.abc import Mapping
from typing import Any

from oauth_connector.api.fields import VALIDATIONS, Model
from oauth_connector.api.manifest import NAME_RULE
from oauth_connector.api.status import OAuthConnectorStatus
from oauth_connector.api.v1alpha1 import GROUP, KIND, PLURAL, VERSION, OAuthConnectorSpec

Schema = Mapping[str, Any]

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

SELECTABLE = (".spec.grantType", ".spec.client.secretRef.name", ".spec.output.secretName")
"""What `kubectl get oac --field-selector` can ask for: which connectors use a Secret that is to be changed?"""

_HEAD = {
    "apiVersion": {"type": "string", "description": f"`{GROUP}/{VERSION}`."},
    "kind": {"type": "string", "description": f"`{KIND}`."},
    "metadata": {"type": "object"},
}

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


def crd() -> dict[str, Any]:
    """Give the whole CustomResourceDefinition."""
    names = {
        "kind": KIND,
        "listKind": f"{KIND}List",
        "plural": PLURAL,
        "singular": KIND.lower(),
        "shortNames": ["oac"],
        "categories": ["oauth"],
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{PLURAL}.{GROUP}"},
        "spec": {"group": GROUP, "scope": "Namespaced", "names": names, "versions": [_version()]},
    }


def _version() -> dict[str, Any]:
    return {
        "name": VERSION,
        "served": True,
        "storage": True,
        "subresources": {"status": {}},
        "additionalPrinterColumns": [_column(*column) for column in COLUMNS],
        "selectableFields": [{"jsonPath": path} for path in SELECTABLE],
        "schema": {"openAPIV3Schema": root_schema()},
    }


def _column(name: str, kind: str, path: str, priority: int) -> dict[str, Any]:
    return {"name": name, "type": kind, "jsonPath": path, **({"priority": priority} if priority else {})}


def root_schema() -> dict[str, Any]:
    """Give the schema of the resource. Without the default of status, tools would call an unseen object healthy."""
    status = object_schema(OAuthConnectorStatus)
    return {
        "description": DESCRIPTION,
        "type": "object",
        "required": ["spec"],
        VALIDATIONS: [NAME_RULE.as_cel()],
        "properties": {
            **_HEAD,
            "spec": object_schema(OAuthConnectorSpec),
            "status": {**status, "default": {"observedGeneration": -1}},
        },
    }


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
