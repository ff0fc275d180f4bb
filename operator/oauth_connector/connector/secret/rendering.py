"""The output Secret as a value: rendered from a token and a spec, and read back into the token.

Rendering is deterministic to the byte, so that an unchanged token results in an unchanged Secret. An annotation records
the key of each field: reading back needs no guess, also after the spec has changed.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pydantic import SecretStr

from oauth_connector.api import names
from oauth_connector.api.schema.times import format_epoch
from oauth_connector.api.v1alpha1.output import DEFAULT_KEYS
from oauth_connector.api.v1alpha1.output_template import RESPONSE
from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec
from oauth_connector.connector.observation import Connector, IssuedToken
from oauth_connector.connector.secret.formats import write_format
from oauth_connector.connector.secret.metadata import SecretMetadata, recorded_keys
from oauth_connector.connector.secret.template import fill_template
from oauth_connector.oauth.token import NO_ACCESS_TOKEN

RESPONSE_FIELD = "response/"
"""Prefix of a field of the token response in the annotation; the operator's own fields have none."""


FORMAT = "format/"
"""Prefix of a format in the annotation."""

TEMPLATE = "template/"
"""Prefix of a text of the template in the annotation."""

LARGEST_SECRET = 1024 * 1024
"""Bytes of all values of a Secret: `MaxSecretSize` of the Kubernetes API."""


@dataclass(frozen=True, slots=True)
class RenderedSecret:
    """The wanted content of a Secret: all of `data`, and the metadata that the operator owns."""

    name: str
    data: Mapping[str, SecretStr] = field(repr=False)
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    owner: Mapping[str, object] | None
    type: str = names.OPAQUE

    @property
    def size(self) -> int:
        """Return the number of bytes of all values."""
        return sum(len(value.get_secret_value().encode()) for value in self.data.values())


def render(token: IssuedToken, connector: Connector) -> RenderedSecret:
    """Return the Secret for a token as the connector's `output` requires."""
    spec = connector.spec
    values = _values(token, _choose_prefix(spec, token))
    keys = _keys(spec, values)
    data = {key: values[name] for name, key in keys.items()}
    for name, key, value in _list_files(token, spec, values):
        data[key], keys[name] = value, key
    labels, annotations = _metadata(token, connector, keys)
    return RenderedSecret(
        name=connector.output_name,
        data=dict(sorted(data.items())),
        labels=labels,
        annotations=annotations,
        owner=None if spec.is_secret_retained else owner(connector),
        type=(spec.output.type if spec.output else None) or names.OPAQUE,
    )


def _list_files(
    token: IssuedToken, spec: OAuthConnectorSpec, values: Mapping[str, SecretStr]
) -> Iterator[tuple[str, str, SecretStr]]:
    """Yield name in the annotation, key and value of each format and of each text of the template."""
    if spec.output is None:
        return
    for chosen in spec.output.formats or ():
        yield FORMAT + chosen.type.value, chosen.key, write_format(chosen, values)
    tags = {tag: values[field.value] for field, tag in DEFAULT_KEYS.items() if field.value in values}
    tags |= {RESPONSE + name: value for name, value in token.fields.items()}
    for key, text in spec.output.template.data.items() if spec.output.template else ():
        yield TEMPLATE + key, key, fill_template(text, tags, LARGEST_SECRET)


def recover(secret: SecretMetadata, data: Mapping[str, bytes]) -> IssuedToken | None:
    """Read the token from an output Secret; `None` where the bare token or its times are missing."""
    keys = {name: key for name, key in recorded_keys(secret.fields).items() if not name.startswith((FORMAT, TEMPLATE))}
    if "AccessToken" not in keys or secret.issued_at is None:
        return None
    try:
        values = {name: data[key].decode() for name, key in keys.items()}
    except (KeyError, UnicodeDecodeError):
        return None
    return IssuedToken(
        access_token=SecretStr(values["AccessToken"]),
        token_type=values.get("TokenType", "Bearer"),
        issued=secret.issued_at,
        expires=secret.expires_at,
        digest=secret.token_digest or "",
        scope=tuple(values["Scope"].split()) if "Scope" in values else None,
        fields={
            name.removeprefix(RESPONSE_FIELD): SecretStr(value)
            for name, value in values.items()
            if name.startswith(RESPONSE_FIELD)
        },
        lifetime_source=secret.lifetime_source,
    )


def has_published_fields(token: IssuedToken, spec: OAuthConnectorSpec) -> bool:
    """Return whether a token contains every field of the response that the spec publishes."""
    return spec.output is None or token.fields.keys() >= spec.output.published_members


def _values(token: IssuedToken, prefix: str | None) -> dict[str, SecretStr]:
    bare = token.access_token.get_secret_value()
    values = {"AccessToken": token.access_token, "TokenType": SecretStr(token.token_type)}
    if prefix is not None:
        values["Authorization"] = SecretStr(f"{prefix} {bare}" if prefix else bare)
    if token.expires is not None:
        values["ExpiresAt"] = SecretStr(format_epoch(token.expires))
    if token.scope is not None:
        values["Scope"] = SecretStr(" ".join(token.scope))
    return values | {RESPONSE_FIELD + name: value for name, value in token.fields.items()}


def _choose_prefix(spec: OAuthConnectorSpec, token: IssuedToken) -> str | None:
    """Return the prefix of the header; `None` where there is no header.

    A token of type `N_A` is not used as an access token (RFC 8693 §2.2.1), unless the spec says so.
    """
    return None if token.token_type == NO_ACCESS_TOKEN and spec.header_prefix is None else spec.effective_header_prefix


def _keys(spec: OAuthConnectorSpec, values: Mapping[str, SecretStr]) -> dict[str, str]:
    output = spec.output
    chosen = {d.field: d.key for d in output.data} if output and output.data else DEFAULT_KEYS
    fields = {RESPONSE_FIELD + f.name: f.key for f in (output.response_fields or ())} if output else {}
    named = {field.value: key for field, key in chosen.items()} | fields
    return {name: key for name, key in named.items() if name in values}


def _metadata(
    token: IssuedToken, connector: Connector, keys: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    output = connector.spec.output
    annotations = {
        names.CONNECTOR: connector.key.name,
        names.CONNECTOR_UID: connector.uid,
        names.TOKEN_DIGEST: token.digest,
        names.OUTPUT_DIGEST: connector.spec.output_digest,
        names.ISSUED_AT: format_epoch(token.issued),
        names.GENERATION: str(connector.generation),
        names.FIELDS: json.dumps(keys, sort_keys=True, separators=(",", ":")),
    }
    if token.expires is not None:
        annotations[names.EXPIRES_AT] = format_epoch(token.expires)
    if token.lifetime_source is not None:
        annotations[names.LIFETIME_SOURCE] = token.lifetime_source.value
    labels = names.SECRET_LABELS
    asked_labels = dict(output.labels or {}) if output else {}
    asked_annotations = dict(output.annotations or {}) if output else {}
    return asked_labels | labels, asked_annotations | annotations


def owner(connector: Connector) -> dict[str, object]:
    """Return the owner reference, by which a Secret is deleted with its connector."""
    return {
        "apiVersion": names.API_VERSION,
        "kind": names.CONNECTOR_KIND,
        "name": connector.key.name,
        "uid": connector.uid,
        "controller": True,
        "blockOwnerDeletion": False,
    }
