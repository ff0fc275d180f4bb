"""values.schema.json, with which Helm checks the values of a user: unknown names and wrong types are errors.

A type follows from the default; `SHAPES` states what a default does not show. Values that are copied into a manifest
are checked by the API server.
"""

import json
from collections.abc import Mapping
from typing import Any

from devtools.generate.chart.settings_values import settings_schema
from devtools.generate.chart.values_file import (
    CONSENT_SETTINGS,
    OPERATOR_SETTINGS,
    ChartValue,
    read_values,
    values_file,
)
from oauth_connector.api.schema.networks import CIDR
from oauth_connector.api.v1alpha1.references import API_AUDIENCE
from oauth_connector.net.destinations import HOST, LONGEST_HOST
from oauth_connector.net.egress_proxy import PROXY_URL
from oauth_connector.settings.consent_server import ConsentSettings
from oauth_connector.settings.operator import Settings
from oauth_connector.settings.operator_tokens import HOST as TOKEN_HOST

Schema = dict[str, Any]

LABEL_VALUE = {"type": "string", "maxLength": 63, "pattern": "^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$"}
LABELS: Schema = {
    "type": "object",
    "additionalProperties": LABEL_VALUE,
    "patternProperties": {"^(app\\.kubernetes\\.io|helm\\.sh)/": False},  # Helm names a wrong path for `propertyNames`
}
"""Labels beside those of the chart, which have these prefixes."""
TEXTS: Schema = {"type": "array", "items": {"type": "string", "minLength": 1}}
OBJECTS: Schema = {"type": "array", "items": {"type": "object"}}
TEXT_MAP: Schema = {"type": "object", "additionalProperties": {"type": "string"}}
PORTS: Schema = {"type": "array", "minItems": 1, "items": {"type": "integer", "minimum": 1, "maximum": 65535}}
NAMESPACES: Schema = {
    "type": "array",
    "uniqueItems": True,
    "items": {"type": "string", "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", "maxLength": 63},
}
CIDRS: Schema = {
    "type": "array",
    "minItems": 1,
    "items": {"type": "string", "pattern": "^[0-9A-Fa-f.:]+/[0-9]{1,3}$"},
}
"""An empty list of peers would mean every address in a NetworkPolicy."""
OPERATOR_TOKENS: Schema = {
    "type": "array",
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": ["audience", "namespaces", "hosts"],
        "properties": {
            "audience": {
                "type": "string",
                "pattern": "^[!-~]+$",
                "maxLength": 1024,
                "not": {"pattern": f"^({API_AUDIENCE})$"},
            },
            "namespaces": NAMESPACES | {"minItems": 1},
            "hosts": {
                "type": "array",
                "minItems": 1,
                "items": {"type": "string", "pattern": TOKEN_HOST, "maxLength": LONGEST_HOST},
            },
        },
    },
}
BYPASSED: Schema = {
    "type": "array",
    "items": {"type": "string", "pattern": f"({HOST})|({CIDR})", "maxLength": LONGEST_HOST},
}
PUBLIC_URL = r"^(https://{host}|http://(localhost|127\.0\.0\.1|\[::1\]){port})?$".format(
    host=r"(\[[0-9A-Fa-f:.]+\]|[^\s/?#@:\[\]]+)(:[0-9]{1,5})?/?", port="(:[0-9]{1,5})?/?"
)
"""What `PublicURL` accepts: an origin with TLS, or on loopback."""
_OF_PODS: Mapping[str, Schema] = {
    "replicas": {"minimum": 0},
    "serviceAccountAnnotations": TEXT_MAP,
    "podAnnotations": TEXT_MAP | {"patternProperties": {"^checksum/config$": False}},
    "podLabels": LABELS,
    "extraEnv": OBJECTS,
    "extraArgs": TEXTS,
    "extraVolumes": OBJECTS,
    "extraVolumeMounts": OBJECTS,
    "nodeSelector": TEXT_MAP,
    "tolerations": OBJECTS,
    "topologySpreadConstraints": OBJECTS,
}
SHAPES: Mapping[str, Schema] = {
    "commonLabels": LABELS,
    "fullnameOverride": {"maxLength": 45, "pattern": "^([a-z0-9]([-a-z0-9]*[a-z0-9])?)?$"},
    "image.registry": {"pattern": "^([^\\s/@:]+(:[0-9]+)?(/[^\\s/@:]+)*)?$"},
    "image.repository": {"pattern": "^([^\\s/@:]+(:[0-9]+)?/)?([^\\s/@:]+/)*[^\\s/@:]+$"},
    "image.tag": {"pattern": "^([A-Za-z0-9_][-A-Za-z0-9_.]{0,127})?$"},
    "image.digest": {"pattern": "^(sha256:[0-9a-f]{64})?$"},
    "image.pullPolicy": {"enum": ["Always", "IfNotPresent", "Never"]},
    "image.pullSecrets": TEXTS,
    "namespaces": NAMESPACES,
    **{f"operator.{name}": shape for name, shape in _OF_PODS.items()},
    **{f"consent.{name}": shape for name, shape in _OF_PODS.items()},
    "operatorTokens": OPERATOR_TOKENS,
    "trustBundle.key": {"pattern": "^[-A-Za-z0-9_.]+$"},
    "egressProxy.url": {"pattern": f"^({PROXY_URL})?$"},
    "egressProxy.noProxy": BYPASSED,
    "egressProxy.caKey": {"pattern": "^[-A-Za-z0-9_.]+$"},
    "consent.publicURL": {"pattern": PUBLIC_URL},
    "consent.service.type": {"enum": ["ClusterIP", "NodePort", "LoadBalancer"]},
    "consent.service.annotations": TEXT_MAP,
    "consent.ingress.annotations": TEXT_MAP,
    "consent.httpRoute.annotations": TEXT_MAP,
    "consent.httpRoute.parentRefs": OBJECTS,
    "networkPolicy.metricsFrom": OBJECTS,
    "networkPolicy.consentFrom": OBJECTS,
    "networkPolicy.dns": OBJECTS | {"minItems": 1},
    "networkPolicy.extraEgress": OBJECTS,
    "networkPolicy.apiServerCIDRs": CIDRS,
    "networkPolicy.apiServerPorts": PORTS,
    "metrics.serviceMonitor.labels": LABELS,
    "metrics.serviceMonitor.interval": {"pattern": "^([0-9]+(ms|s|m|h))+$"},
    "metrics.prometheusRule.labels": LABELS,
    "metrics.dashboard.labels": LABELS,
    "drain.timeoutSeconds": {"minimum": 91},  # longer than `terminationGracePeriodSeconds` of the operator
    "extraObjects": OBJECTS,
}
"""By path: what is added to the type that follows from the default."""
TYPES = {bool: "boolean", int: "integer", str: "string", list: "array", dict: "object"}


def schema_file() -> str:
    """Return values.schema.json."""
    properties = {value.name: _schema_of(value) for value in read_values(values_file())}
    schema = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Values of the chart oauth-connector-operator",
        **_close_object(properties),
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _schema_of(value: ChartValue) -> Schema:
    described = {"description": value.description} if value.description else {}
    if value.path == OPERATOR_SETTINGS:
        return described | settings_schema(Settings)
    if value.path == CONSENT_SETTINGS:
        return described | settings_schema(ConsentSettings)
    if value.members:
        return described | _close_object({each.name: _schema_of(each) for each in value.members})
    return described | {"type": TYPES[type(value.default)]} | SHAPES.get(value.path, {})


def _close_object(properties: Schema) -> Schema:
    return {"type": "object", "additionalProperties": False, "properties": properties}
