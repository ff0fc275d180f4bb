"""The bodies of our writes to Secrets: one to POST, then merge patches that carry uid and version."""

import base64
import copy
from collections.abc import Iterable, Mapping
from typing import Any

from oauth_connector.api.names import CONNECTOR_KIND, FIELD_MANAGER
from oauth_connector.connector.secret.managed_fields import OwnedFields, read_owned_fields
from oauth_connector.connector.secret.rendering import RenderedSecret
from oauth_connector.controller.ports import LiveSecret


def new_secret(namespace: str, rendered: RenderedSecret) -> dict[str, Any]:
    """Give the Secret to POST."""
    metadata: dict[str, Any] = {
        "name": rendered.name,
        "namespace": namespace,
        "labels": dict(rendered.labels),
        "annotations": dict(rendered.annotations),
    }
    if rendered.owner is not None:
        metadata["ownerReferences"] = [dict(rendered.owner)]
    head = {"apiVersion": "v1", "kind": "Secret", "type": rendered.type}
    return {**head, "metadata": metadata, "data": _encoded(rendered)}


def patch(live: LiveSecret, rendered: RenderedSecret) -> dict[str, Any]:
    """Give the merge patch that turns a Secret as it was read into what was rendered.

    What our field manager owns and nobody asks for any more goes; keys, labels, annotations and owners of others stay.
    `uid` and `resourceVersion` make it fail where the Secret is no longer the one that was read.
    """
    metadata: Mapping[str, Any] = live.object_metadata
    ours = read_owned_fields(metadata.get("managedFields"))
    wanted = OwnedFields(frozenset(rendered.data), frozenset(rendered.labels), frozenset(rendered.annotations))
    return {
        "metadata": {
            "uid": live.metadata.uid,
            "resourceVersion": live.metadata.resource_version,
            "labels": {**dict.fromkeys(ours.labels), **rendered.labels},
            "annotations": {**dict.fromkeys(ours.annotations), **rendered.annotations},
            "ownerReferences": _owners(metadata, rendered),
            **({} if ours.contains(wanted) else {"managedFields": _claiming(metadata, wanted)}),
        },
        "data": {**dict.fromkeys(ours.data), **_encoded(rendered)},
    }


def _claiming(metadata: Mapping[str, Any], wanted: OwnedFields) -> list[Mapping[str, Any]]:
    """Give `managedFields` in which our manager owns these names too, beside whoever else does.

    A write alone does not bring back what somebody else (a backup tool, say) has written with the very value that we
    write: the API server moves ownership with a change of value only. Stated in the same patch, our entry counts.
    """
    entries = metadata.get("managedFields") or []
    ours = [e for e in entries if e.get("manager") == FIELD_MANAGER and e.get("operation") == "Update"]
    tree: dict[str, Any] = copy.deepcopy(ours[0]["fieldsV1"]) if ours else {}
    under = tree.setdefault("f:metadata", {})
    _own(tree.setdefault("f:data", {}), wanted.data)
    _own(under.setdefault("f:labels", {}), wanted.labels)
    _own(under.setdefault("f:annotations", {}), wanted.annotations)
    head = {"manager": FIELD_MANAGER, "operation": "Update", "apiVersion": "v1"}
    entry = {**head, "fieldsType": "FieldsV1", "fieldsV1": tree}
    return [*(e for e in entries if e not in ours), entry]


def _own(branch: dict[str, Any], names: Iterable[str]) -> None:
    branch.update({f"f:{name}": {} for name in names})


def _encoded(rendered: RenderedSecret) -> dict[str, str]:
    values = {key: value.get_secret_value().encode() for key, value in rendered.data.items()}
    return {key: base64.b64encode(value).decode() for key, value in values.items()}


def _owners(metadata: Mapping[str, Any], rendered: RenderedSecret) -> list[Mapping[str, Any]]:
    """Keep the owners of others; of connectors only the one that was rendered, if any, remains."""
    others = [o for o in metadata.get("ownerReferences") or [] if o.get("kind") != CONNECTOR_KIND]
    return [*others, dict(rendered.owner)] if rendered.owner is not None else others
