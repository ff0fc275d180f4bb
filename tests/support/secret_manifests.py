"""Secrets of connectors as a watch delivers them: `PartialObjectMetadata`."""

from collections.abc import Mapping

PREFIX = "oauthconnector.dev/"
NOTES: Mapping[str, str] = {
    f"{PREFIX}connector": "crm",
    f"{PREFIX}connector-uid": "uid-of-crm",
    f"{PREFIX}token-digest": "v1:token",
    f"{PREFIX}output-digest": "v1:output",
    f"{PREFIX}issued-at": "2027-01-15T08:00:00Z",
    f"{PREFIX}expires-at": "2027-01-15T09:00:00Z",
    f"{PREFIX}fields": '{"AccessToken":"access_token"}',
}


def secret_manifest(
    name: str = "crm-token",
    version: int = 10,
    *,
    uid: str | None = None,
    notes: Mapping[str, str] = NOTES,
    keys: tuple[str, ...] = ("access_token",),
) -> dict[str, object]:
    """Return the Secret `shop/<name>`; `keys` are the data keys that the field manager of the operator owns."""
    owned = {
        "f:data": {".": {}, **{f"f:{key}": {} for key in keys}},
        "f:metadata": {"f:annotations": {".": {}, **{f"f:{note}": {} for note in NOTES}}},
    }
    return {
        "kind": "PartialObjectMetadata",
        "metadata": {
            "namespace": "shop",
            "name": name,
            "uid": uid or f"uid-of-{name}",
            "resourceVersion": str(version),
            "labels": {f"{PREFIX}managed": "true"},
            "annotations": dict(notes),
            "managedFields": [{"manager": "oauth-connector", "operation": "Update", "fieldsV1": owned}],
        },
    }


def list_page(*items: dict[str, object], version: int = 100, more: str | None = None) -> dict[str, object]:
    """Return a page of a list; without items it is `null`, as the API server sends for metadata."""
    metadata = {"resourceVersion": str(version), **({"continue": more} if more else {})}
    return {"kind": "PartialObjectMetadataList", "metadata": metadata, "items": list(items) or None}


def watch_event(kind: str, item: dict[str, object]) -> dict[str, object]:
    """Return an event of a watch."""
    return {"type": kind, "object": item}


def bookmark(version: int) -> dict[str, object]:
    """Return a bookmark of a watch."""
    return watch_event("BOOKMARK", {"kind": "PartialObjectMetadata", "metadata": {"resourceVersion": str(version)}})


def watch_error(code: int) -> dict[str, object]:
    """Return the error event that ends a watch."""
    return watch_event("ERROR", {"kind": "Status", "status": "Failure", "code": code, "reason": "Expired"})
