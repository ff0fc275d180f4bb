"""The reference pages of the API, made from the models: fields, rules, conditions, columns, reasons."""

from collections.abc import Iterator, Mapping
from typing import Any

from oauth_connector.api.crd import COLUMNS, crd
from oauth_connector.api.reasons import SENTENCES, Reason

Schema = Mapping[str, Any]

INTRODUCTION = """\
<!-- Generated from operator/oauth_connector/api by `make generate`. Do not edit. -->

# OAuthConnector

`oauthconnector.dev/v1alpha1`, namespaced; short name `oac`, category `oauth`. An `OAuthConnector` asks an authorization
server for access tokens and keeps a fresh one in a Secret that pods mount.

```yaml
apiVersion: oauthconnector.dev/v1alpha1
kind: OAuthConnector
metadata:
  name: crm
spec:
  grantType: ClientCredentials
  provider:
    tokenURL: https://login.example.com/oauth/token
  client:
    id: orders
    secretRef: {name: crm-client}
  scopes: [contacts.read]
```

Every reference is to a Secret or ConfigMap in the connector's own namespace. The operator writes nothing into `spec` or
`metadata` of a connector, and puts no finalizer on it.
"""

CONDITIONS = """\
## Conditions

`Ready` is always there; the others only while they are true.

| situation | Ready | beside it | kstatus (Flux, Helm) |
|---|---|---|---|
| not seen yet | – | `observedGeneration` is −1 | InProgress |
| valid token, also while it is refreshed or suspended | True | | Current |
| valid token, refresh failing | True | `RefreshFailed` | Current |
| no valid token, the operator is at work | False | `Reconciling` | InProgress |
| no valid token, a person is needed, or none for ten minutes | False | `Stalled` | Failed |

Each reason is explained in [reasons.md](reasons.md). `kubectl wait --for=condition=Ready oac/crm` waits for a token.

## The Secret

Without `output` it holds `access_token`, `token_type`, `expires_at` (RFC 3339, UTC), `authorization` (prefix and
token), and `scope` when it is known. It is written in one piece. The old token stays good for the third of its life
that is left when it is replaced, since the kubelet shows a new Secret to pods up to 90 s late.

## Annotations and labels

| where | name | meaning |
|---|---|---|
| connector, by a person | `oauthconnector.dev/refresh-requested-at` | any new text asks for a token now |
| credential Secret, by its owner | `oauthconnector.dev/allowed-hosts` | hosts (with commas) it may be sent to |
| Secret in the way, by its owner | `oauthconnector.dev/adopt` | the connector that may take it over |
| our Secret, by the operator | `oauthconnector.dev/managed` and others | what scheduling and restarts need |
"""

REASONS = """\
<!-- Generated from operator/oauth_connector/api by `make generate`. Do not edit. -->

# Reasons

The reasons of an `OAuthConnector`'s conditions: a closed set. Below each stands the sentence that status shows, with
`{placeholders}` for what is filled in from spec and metadata.
"""


def page() -> str:
    """Give the reference page of the resource."""
    root = crd()["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]
    parts = [INTRODUCTION, *_object("spec", root["spec"]), CONDITIONS, *_object("status", root["status"]), _columns()]
    return "\n".join(parts)


def reasons() -> str:
    """Give the page of reasons, one section each; the anchor is the reason in lower case."""
    sections = (f"## {reason.value}\n\n> {SENTENCES[reason]}\n" for reason in sorted(Reason))
    return "\n".join((REASONS, *sections))


def _object(path: str, schema: Schema) -> Iterator[str]:
    yield f"## `{path}`\n\n{schema.get('description', '')}\n"
    yield "| field | type | description |\n|---|---|---|"
    required = set(schema.get("required", ()))
    for name, field in schema.get("properties", {}).items():
        need = " **Required.**" if name in required else ""
        yield f"| `{name}` | {_type(field)} | {_cell(field.get('description', ''))}{need} |"
    yield ""
    yield from (f"- {_cell(rule['message'])}" for rule in schema.get("x-kubernetes-validations", ()))
    if schema.get("x-kubernetes-validations"):
        yield ""
    for name, field in schema.get("properties", {}).items():
        inner = field.get("items", field)
        if "properties" in inner:
            yield from _object(f"{path}.{name}{'[]' if 'items' in field else ''}", inner)


def _type(field: Schema) -> str:
    if "enum" in field:
        return " \\| ".join(f"`{value}`" for value in field["enum"])
    if "items" in field:
        return f"list of {_type(field['items'])}{_bounds(field, 'Items')}"
    if "additionalProperties" in field:
        return f"map of texts{_bounds(field, 'Properties')}"
    bounds = _bounds(field, "Length") or _range(field)
    kinds = {"integer": "whole number", "string": "text", "boolean": "true or false"}
    return f"{kinds.get(field['type'], field['type'])}{bounds}"


def _bounds(field: Schema, of: str) -> str:
    return f", at most {field[f'max{of}']}" if f"max{of}" in field else ""


def _range(field: Schema) -> str:
    return f", {field['minimum']} to {field['maximum']}" if {"minimum", "maximum"} <= field.keys() else ""


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _columns() -> str:
    rows = "\n".join(f"| {name} | `{path}` | {'wide' if priority else ''} |" for name, _, path, priority in COLUMNS)
    return f"## Columns of `kubectl get oac`\n\n| column | from | |\n|---|---|---|\n{rows}\n"
