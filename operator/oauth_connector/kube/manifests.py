"""The bodies of our writes to Secrets: a POST first, merge patches with uid and version later."""

import base64
from collections.abc import Mapping
from typing import Any

from oauth_connector.connector.managed_fields import owned_by_us
from oauth_connector.connector.secret import RenderedSecret
from oauth_connector.ports import LiveSecret


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
    return {"apiVersion": "v1", "kind": "Secret", "type": "Opaque", "metadata": metadata, "data": _encoded(rendered)}


def patch(live: LiveSecret, rendered: RenderedSecret) -> dict[str, Any]:
    """Give the merge patch that turns a Secret as it was read into what was rendered.

    What our field manager owns and nobody asks for any more goes; keys, labels, annotations and owners of others stay.
    `uid` and `resourceVersion` make it fail where the Secret is no longer the one that was read.
    """
    metadata: Mapping[str, Any] = live.object_metadata
    ours = owned_by_us(metadata.get("managedFields"))
    return {
        "metadata": {
            "uid": live.metadata.uid,
            "resourceVersion": live.metadata.resource_version,
            "labels": {**dict.fromkeys(ours.labels), **rendered.labels},
            "annotations": {**dict.fromkeys(ours.annotations), **rendered.annotations},
            "ownerReferences": _owners(metadata, rendered),
        },
        "data": {**dict.fromkeys(ours.data), **_encoded(rendered)},
    }


def _encoded(rendered: RenderedSecret) -> dict[str, str]:
    values = {key: value.get_secret_value().encode() for key, value in rendered.data.items()}
    return {key: base64.b64encode(value).decode() for key, value in values.items()}


def _owners(metadata: Mapping[str, Any], rendered: RenderedSecret) -> list[Mapping[str, Any]]:
    """Keep the owners of others; of connectors only the one that was rendered, if any, remains."""
    others = [o for o in metadata.get("ownerReferences") or [] if o.get("kind") != "OAuthConnector"]
    return [*others, dict(rendered.owner)] if rendered.owner is not None else others
