"""What is cached of a Secret: its metadata, never its data.

The annotations on the operator's Secrets contain what scheduling and restarts need: a restarted process reads no value
and sends no token request.
"""

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError

from oauth_connector.api import names
from oauth_connector.api.schema.times import LAST_SECOND, parse_time
from oauth_connector.connector.secret.managed_fields import OwnedFields, read_owned_fields
from oauth_connector.oauth.lifetimes import LifetimeSource, read_lifetime_source

LONGEST = 16_384
"""Characters of an annotation that are read: those of the operator are shorter, others may have 256 KiB."""


Second = Annotated[int, Field(ge=0, le=LAST_SECOND)]

_GIVEN_UP = "refused"
_STORED_NAMES = {"given_up": _GIVEN_UP}
"""Members of the annotation that have another name than their field: that of earlier releases."""


@dataclass(frozen=True, slots=True)
class GrantSummary:
    """What is known of a grant without reading its state Secret: one annotation contains it.

    `renewable`: there is a refresh token; `given_up`: it is not presented again. `claimed_by` is the process that wrote
    the claim. `tried` is the UID of the consent whose code was sent last. `consent` is the UID of the consent that the
    grant is based on; `requested_by`, `consented_at` and `account` belong to it. Times are seconds since the epoch.
    """

    generation: int = 0
    renewable: bool = False
    given_up: Annotated[bool, Field(alias=_GIVEN_UP)] = False
    binding: str = ""
    digest: str = ""
    refresh_issued: Second | None = None
    refresh_expires: Second | None = None
    claimed_at: Second | None = None
    claimed_for: str | None = None
    attempt: str | None = None
    claimed_by: str | None = None
    tried: str | None = None
    consent: str | None = None
    requested_by: str | None = None
    consented_at: Second | None = None
    account: str | None = None

    def to_annotation(self) -> str:
        """Return the annotation: values that are false or unknown are left out."""
        members = {_STORED_NAMES.get(name, name): value for name, value in asdict(self).items() if value}
        return json.dumps(members, sort_keys=True, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class SecretMetadata:
    """A Secret by its metadata. Times are seconds since the epoch.

    `intact`: the operator's field manager still owns every key and annotation that it wrote; `has_owned_data`: it owns
    any of the data; `grant` is set for a state Secret; `owner_uid` is that of the connector in `ownerReferences`;
    `created` is set by the API server.
    """

    namespace: str
    name: str
    uid: str
    resource_version: str
    managed: bool = False
    connector: str | None = None
    connector_uid: str | None = None
    token_digest: str | None = None
    output_digest: str | None = None
    issued_at: int | None = None
    expires_at: int | None = None
    lifetime_source: LifetimeSource | None = None
    fields: str | None = None
    adopt: str | None = None
    intact: bool = False
    has_owned_data: bool = False
    immutable: bool = False
    grant: GrantSummary | None = None
    owner_uid: str | None = None
    signature: str | None = None
    created: int | None = None


def secret_metadata(manifest: Mapping[str, object]) -> SecretMetadata:
    """Read a Secret, or the `PartialObjectMetadata` of one; invalid annotations count as absent."""
    metadata = _mapping(manifest.get("metadata"))
    annotations = {k: v for k, v in _mapping(metadata.get("annotations")).items() if k.startswith(names.PREFIX)}
    owned = read_owned_fields(metadata.get("managedFields"))
    return SecretMetadata(
        namespace=sys.intern(str(metadata["namespace"])),
        name=str(metadata["name"]),
        uid=str(metadata["uid"]),
        resource_version=str(metadata["resourceVersion"]),
        managed=has_managed_label(metadata),
        connector=_text(annotations.get(names.CONNECTOR)),
        connector_uid=_text(annotations.get(names.CONNECTOR_UID)),
        token_digest=_text(annotations.get(names.TOKEN_DIGEST)),
        output_digest=_intern(annotations.get(names.OUTPUT_DIGEST)),
        issued_at=_seconds(annotations.get(names.ISSUED_AT)),
        expires_at=_seconds(annotations.get(names.EXPIRES_AT)),
        lifetime_source=read_lifetime_source(annotations.get(names.LIFETIME_SOURCE)),
        fields=_intern(annotations.get(names.FIELDS)),
        adopt=_text(annotations.get(names.ADOPT)),
        intact=_is_intact(annotations, owned),
        has_owned_data=bool(owned.data),
        immutable=manifest.get("immutable") is True,
        grant=read_grant_summary(_text(annotations.get(names.STATE))),
        owner_uid=_read_owner(metadata.get("ownerReferences")),
        signature=_text(annotations.get(names.SIGNATURE)),
        created=_seconds(metadata.get("creationTimestamp")),
    )


def has_managed_label(metadata: Mapping[str, object]) -> bool:
    """Return whether the metadata of an object has the label of the operator's Secrets."""
    return _mapping(metadata.get("labels")).get(names.MANAGED) == "true"


def read_grant_summary(text: str | None) -> GrantSummary | None:
    """Read the annotation of a state Secret; an invalid one shows only that the Secret is one."""
    if text is None:
        return None
    try:
        return _SUMMARY.validate_json(text, strict=True)
    except ValidationError:
        return GrantSummary()


_SUMMARY = TypeAdapter(GrantSummary)


def recorded_keys(fields: str | None) -> dict[str, str]:
    """Return the key of each field, as the annotation records it; empty where that is invalid."""
    try:
        keys = json.loads(fields or "{}")
    except (ValueError, RecursionError):
        return {}
    return {str(name): str(key) for name, key in keys.items()} if isinstance(keys, dict) else {}


_SET_BY_USERS = frozenset({names.ADOPT, names.ALLOWED_HOSTS})


def _is_intact(annotations: Mapping[str, object], owned: OwnedFields) -> bool:
    keys = recorded_keys(_text(annotations.get(names.FIELDS)))
    written = annotations.keys() - _SET_BY_USERS
    return bool(keys) and owned.data.issuperset(keys.values()) and owned.annotations >= written


def _read_owner(references: object) -> str | None:
    """Read the UID of the connector that owns the Secret; `None` where none does."""
    owners = [_mapping(each) for each in references] if isinstance(references, list) else []
    return next((_text(each.get("uid")) for each in owners if each.get("kind") == names.CONNECTOR_KIND), None)


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and len(value) <= LONGEST else None


def _intern(value: object) -> str | None:
    """Read a text that many Secrets have in common, so that they share one object."""
    text = _text(value)
    return sys.intern(text) if text is not None else None


def _seconds(value: object) -> int | None:
    try:
        at = int(parse_time(str(value)).timestamp()) if value else None
    except (ValueError, OverflowError):
        return None
    return at if at is not None and 0 <= at <= LAST_SECOND else None
