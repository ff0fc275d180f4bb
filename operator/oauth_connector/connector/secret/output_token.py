"""The token in an output Secret, by the annotations of that Secret: whose it is, where it is, when it expires."""

from collections.abc import Mapping
from dataclasses import dataclass

from oauth_connector.api.v1alpha1.output import OutputField
from oauth_connector.connector.secret.metadata import SecretMetadata, recorded_keys, secret_metadata

_UNKNOWN = {"namespace": "", "name": "", "uid": "", "resourceVersion": ""}
"""Members of the metadata that a manifest on disk does not have."""


@dataclass(frozen=True, slots=True)
class OutputToken:
    """The access token in an output Secret: its connector, its key, and when it expires, in seconds since the epoch.

    `None` where an annotation does not say it. Any user who may create Secrets can write these annotations:
    `is_unproved` if the operator looked for its signature and did not find it. `metadata` is what it signs.
    """

    connector: str | None = None
    key: str | None = None
    expires: int | None = None
    metadata: SecretMetadata | None = None
    is_unproved: bool = False


def read_output_token(metadata: Mapping[str, object]) -> OutputToken | None:
    """Read the metadata of a Secret; `None` where it has not the label of the operator's Secrets."""
    found = secret_metadata({"metadata": {**_UNKNOWN, **metadata}})
    if not found.managed:
        return None
    key = recorded_keys(found.fields).get(OutputField.ACCESS_TOKEN)
    return OutputToken(found.connector, key, found.expires_at, found)
