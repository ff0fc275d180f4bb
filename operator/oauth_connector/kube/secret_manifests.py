"""The bodies of writes to Secrets: a POST, then merge patches with uid and version."""

import base64
import copy
from collections.abc import Iterable, Mapping
from typing import Any

from oauth_connector.api.names import CONNECTOR_KIND, FIELD_MANAGER, OPERATOR
from oauth_connector.connector.secret.managed_fields import OwnedFields, read_owned_fields
from oauth_connector.connector.secret.rendering import RenderedSecret
from oauth_connector.controller.ports import LiveSecret

PROBE = {"apiVersion": "v1", "kind": "Secret", "metadata": {"generateName": f"{OPERATOR}-"}}
"""A Secret for a dry run, which shows whether a namespace accepts a new one."""


def build_secret(namespace: str, rendered: RenderedSecret) -> dict[str, Any]:
    """Return the Secret to POST."""
    metadata: dict[str, Any] = {
        "name": rendered.name,
        "namespace": namespace,
        "labels": dict(rendered.labels),
        "annotations": dict(rendered.annotations),
    }
    if rendered.owner is not None:
        metadata["ownerReferences"] = [dict(rendered.owner)]
    head = {"apiVersion": "v1", "kind": "Secret", "type": rendered.type}
    return {**head, "metadata": metadata, "data": _encode(rendered)}


def build_patch(live: LiveSecret, rendered: RenderedSecret) -> dict[str, Any]:
    """Return the merge patch from a Secret as it was read to a rendered one.

    What the field manager owns and the rendered Secret does not contain is removed. Keys, labels, annotations and
    owners of other managers stay. `uid` and `resourceVersion` make the patch fail when the Secret has changed.
    """
    metadata: Mapping[str, Any] = live.object_metadata
    owned = read_owned_fields(metadata.get("managedFields"))
    wanted = OwnedFields(frozenset(rendered.data), frozenset(rendered.labels), frozenset(rendered.annotations))
    return {
        "metadata": {
            "uid": live.metadata.uid,
            "resourceVersion": live.metadata.resource_version,
            "labels": {**dict.fromkeys(owned.labels), **rendered.labels},
            "annotations": {**dict.fromkeys(owned.annotations), **rendered.annotations},
            "ownerReferences": _merge_owners(metadata, rendered),
            **({} if owned.is_superset_of(wanted) else {"managedFields": _claim_fields(metadata, wanted)}),
        },
        "data": {**dict.fromkeys(owned.data), **_encode(rendered)},
    }


def _claim_fields(metadata: Mapping[str, Any], wanted: OwnedFields) -> list[Mapping[str, Any]]:
    """Return `managedFields` in which the field manager owns these names too, beside other managers.

    A write alone does not regain a field that another manager (for example a backup tool) has written with the same
    value: the API server moves ownership only when the value changes. With an entry in the same patch it does.
    """
    entries = metadata.get("managedFields") or []
    own = [e for e in entries if e.get("manager") == FIELD_MANAGER and e.get("operation") == "Update"]
    tree: dict[str, Any] = copy.deepcopy(own[0]["fieldsV1"]) if own else {}
    under = tree.setdefault("f:metadata", {})
    _add_fields(tree.setdefault("f:data", {}), wanted.data)
    _add_fields(under.setdefault("f:labels", {}), wanted.labels)
    _add_fields(under.setdefault("f:annotations", {}), wanted.annotations)
    head = {"manager": FIELD_MANAGER, "operation": "Update", "apiVersion": "v1"}
    entry = {**head, "fieldsType": "FieldsV1", "fieldsV1": tree}
    return [*(e for e in entries if e not in own), entry]


def _add_fields(branch: dict[str, Any], names: Iterable[str]) -> None:
    branch.update({f"f:{name}": {} for name in names})


def _encode(rendered: RenderedSecret) -> dict[str, str]:
    values = {key: value.get_secret_value().encode() for key, value in rendered.data.items()}
    return {key: base64.b64encode(value).decode() for key, value in values.items()}


def _merge_owners(metadata: Mapping[str, Any], rendered: RenderedSecret) -> list[Mapping[str, Any]]:
    """Keep owners of other kinds; of connectors only the rendered one, if any, stays."""
    others = [o for o in metadata.get("ownerReferences") or [] if o.get("kind") != CONNECTOR_KIND]
    return [*others, dict(rendered.owner)] if rendered.owner is not None else others
