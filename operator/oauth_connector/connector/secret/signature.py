"""The signature of the operator's Secrets: an HMAC (RFC 2104) by which it knows again what it has written.

A user who may create Secrets, and read none, can give a Secret any label, annotation and field manager. Only the
operator can sign it. The signature covers what the operator reads back: names, UIDs, times, and the keys that it wrote.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from oauth_connector.api import names
from oauth_connector.api.schema.times import format_epoch
from oauth_connector.connector.observation import Connector
from oauth_connector.connector.secret.metadata import SecretMetadata, recorded_keys
from oauth_connector.connector.secret.rendering import RenderedSecret

STATE_KEYS = frozenset({"access_token", "fields.json", "grant.json", "refresh_token"})
"""Keys of a state Secret; the keys of an output Secret are in an annotation."""

VERSION = "v1"


@dataclass(frozen=True, slots=True)
class SecretSigner:
    """Signs Secrets with one key, and recognizes what was signed with it."""

    key: bytes = field(repr=False)

    def sign(self, rendered: RenderedSecret, connector: Connector, uid: str = "") -> RenderedSecret:
        """Return a rendered Secret with its signature; `uid` is that of the Secret, empty before it exists."""
        data = {key: value.get_secret_value().encode() for key, value in rendered.data.items()}
        kept_for = connector.output_name if connector.spec.is_secret_retained else ""
        place = (connector.key.namespace, rendered.name, uid, kept_for)
        noted = rendered.annotations
        notes = [
            noted.get(name)
            for name in (
                names.CONNECTOR,
                names.CONNECTOR_UID,
                names.TOKEN_DIGEST,
                names.ISSUED_AT,
                names.EXPIRES_AT,
                names.FIELDS,
            )
        ]
        signature = ":".join((VERSION, uid, kept_for, self._compute(place, notes, data)))
        return replace(rendered, annotations={**noted, names.SIGNATURE: signature})

    def has_signed(self, secret: SecretMetadata, data: Mapping[str, bytes]) -> bool:
        """Return whether the operator has written a Secret, under this name, with this content."""
        version, uid, kept_for, mac = _split(secret.signature)
        place = (secret.namespace, secret.name, uid, kept_for)
        notes = [
            secret.connector,
            secret.connector_uid,
            secret.token_digest,
            _format(secret.issued_at),
            _format(secret.expires_at),
            secret.fields,
        ]
        signed = frozenset(recorded_keys(secret.fields).values()) or STATE_KEYS
        covered = {key: value for key, value in data.items() if key in signed}
        return version == VERSION and hmac.compare_digest(mac.encode(), self._compute(place, notes, covered).encode())

    def _compute(self, place: tuple[str, ...], notes: list[str | None], data: Mapping[str, bytes]) -> str:
        content = {key: hashlib.sha256(value).hexdigest() for key, value in data.items()}
        text = json.dumps([place, notes, content], sort_keys=True, separators=(",", ":"))
        mac = hmac.digest(self.key, text.encode(), "sha256")
        return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()


def is_restored(secret: SecretMetadata) -> bool:
    """Return whether a signed Secret is a copy of the one that the operator wrote, as after a restore."""
    return _split(secret.signature)[1] not in ("", secret.uid)


def is_kept_for(secret: SecretMetadata, output_name: str) -> bool:
    """Return whether a signed Secret was retained (`deletionPolicy`), and for an output Secret of this name."""
    return _split(secret.signature)[2] == output_name


def _split(signature: str | None) -> tuple[str, str, str, str]:
    """Return version, UID of the Secret, name of the output Secret if it is retained, and MAC."""
    version, uid, kept_for, mac = [*(signature or "").split(":", 3), "", "", ""][:4]
    return version, uid, kept_for, mac


def _format(at: int | None) -> str | None:
    return format_epoch(at) if at is not None else None
