"""The CustomResourceDefinitions, generated from the models: structural, bounded, with rules as CEL."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from oauth_connector.api.names import (
    API_VERSION,
    CONNECTOR_KIND,
    CONNECTORS,
    CONSENT_KIND,
    CONSENTS,
    GROUP,
    READY,
    REFRESH_FAILED,
    VERSION,
)
from oauth_connector.api.schema.fields import VALIDATIONS, Model, Rule
from oauth_connector.api.schema.structural import Schema, build_object_schema
from oauth_connector.api.v1alpha1 import consent
from oauth_connector.api.v1alpha1.manifest import NAME_RULE
from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec
from oauth_connector.api.v1alpha1.status import OAuthConnectorStatus

__all__ = [
    "COLUMNS",
    "CONNECTOR",
    "CONSENT",
    "SELECTABLE",
    "Kind",
    "Schema",
    "build_crd",
    "build_object_schema",
    "build_root_schema",
]

Column = tuple[str, str, str, int]
"""Name, type, path, priority."""


def _condition_path(kind: str, field: str) -> str:
    return f'.status.conditions[?(@.type=="{kind}")].{field}'


COLUMNS: tuple[Column, ...] = (
    ("Ready", "string", _condition_path(READY, "status"), 0),
    ("Reason", "string", _condition_path(READY, "reason"), 0),
    ("Grant", "string", ".spec.grantType", 0),
    ("Secret", "string", ".status.secretRef.name", 0),
    ("Expires", "string", ".status.expirationTime", 0),
    ("Refresh", "string", _condition_path(REFRESH_FAILED, "reason"), 0),
    ("Next", "string", ".status.nextRefreshTime", 1),
    ("Message", "string", _condition_path(READY, "message"), 1),
    ("Age", "date", ".metadata.creationTimestamp", 0),
)
"""`Expires` is a string: a date column shows a future time as `<invalid>`."""

SELECTABLE = (".spec.grantType", ".spec.client.secretRef.name", ".spec.output.secretName")
"""Fields for `kubectl get oac --field-selector`, for example to find the connectors that use a Secret."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of resource: the properties that its models do not contain."""

    kind: str
    plural: str
    short: str
    description: str
    spec: type[Model]
    status: type[Model]
    columns: tuple[Column, ...]
    selectable: tuple[str, ...]
    status_default: Mapping[str, object] = field(default_factory=dict)
    rules: tuple[Rule[Any], ...] = ()


CONNECTOR = Kind(
    CONNECTOR_KIND,
    CONNECTORS,
    "oac",
    "Obtains access tokens from an authorization server and keeps a valid one in a Secret.",
    OAuthConnectorSpec,
    OAuthConnectorStatus,
    COLUMNS,
    SELECTABLE,
    {"observedGeneration": -1},  # without it, tools would call an unseen object healthy
)

CONSENT = Kind(
    CONSENT_KIND,
    CONSENTS,
    "oauthc",
    "Requests the consent of a user for one connector. `kubectl oauth authorize` creates it; the"
    " operator deletes it after one hour.",
    consent.OAuthConsentSpec,
    consent.OAuthConsentStatus,
    (
        ("Connector", "string", ".spec.connectorName", 0),
        ("Requested by", "string", ".spec.requestedBy", 0),
        ("Ready", "string", _condition_path(READY, "status"), 0),
        ("Reason", "string", _condition_path(READY, "reason"), 0),
        ("Message", "string", _condition_path(READY, "message"), 1),
        ("Age", "date", ".metadata.creationTimestamp", 0),
    ),
    (".spec.connectorName",),
    rules=(consent.STATUS_RULE,),
)


def build_crd(of: Kind = CONNECTOR) -> dict[str, Any]:
    """Return the complete CustomResourceDefinition of a kind."""
    names = {
        "kind": of.kind,
        "listKind": f"{of.kind}List",
        "plural": of.plural,
        "singular": of.kind.lower(),
        "shortNames": [of.short],
        "categories": ["oauth"],
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{of.plural}.{GROUP}"},
        "spec": {"group": GROUP, "scope": "Namespaced", "names": names, "versions": [_build_version(of)]},
    }


def _build_version(of: Kind) -> dict[str, Any]:
    return {
        "name": VERSION,
        "served": True,
        "storage": True,
        "subresources": {"status": {}},
        "additionalPrinterColumns": [_build_column(*column) for column in of.columns],
        "selectableFields": [{"jsonPath": path} for path in of.selectable],
        "schema": {"openAPIV3Schema": build_root_schema(of)},
    }


def _build_column(name: str, kind: str, path: str, priority: int) -> dict[str, Any]:
    return {"name": name, "type": kind, "jsonPath": path, **({"priority": priority} if priority else {})}


def build_root_schema(of: Kind = CONNECTOR) -> dict[str, Any]:
    """Return the schema of a kind."""
    status = build_object_schema(of.status)
    return {
        "description": of.description,
        "type": "object",
        "required": ["spec"],
        VALIDATIONS: [each.as_cel() for each in (NAME_RULE, *of.rules)],
        "properties": {
            "apiVersion": {"type": "string", "description": f"`{API_VERSION}`."},
            "kind": {"type": "string", "description": f"`{of.kind}`."},
            "metadata": {"type": "object"},
            "spec": build_object_schema(of.spec),
            "status": {**status, **({"default": dict(of.status_default)} if of.status_default else {})},
        },
    }
