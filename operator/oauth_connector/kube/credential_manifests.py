"""Credential Secrets as the API server returns them, parsed into values."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from oauth_connector.api.names import ALLOWED_HOSTS, OPAQUE
from oauth_connector.connector.credentials import CredentialSecret, parse_allowed_hosts
from oauth_connector.connector.observation import CredentialVersion
from oauth_connector.connector.secret.metadata import has_managed_label
from oauth_connector.connector.secret.output_token import read_output_token


def parse_credential(secret: Mapping[str, Any]) -> CredentialSecret:
    """Parse a credential Secret."""
    metadata, kind = secret["metadata"], read_type(secret)
    allowed = parse_allowed_hosts((metadata.get("annotations") or {}).get(ALLOWED_HOSTS))
    managed = has_managed_label(metadata)
    token = read_output_token(metadata)
    return CredentialSecret(read_version(secret), kind, decode_data(secret), allowed, managed, token)


def read_type(secret: Mapping[str, Any]) -> str:
    """Return the type of a Secret."""
    return str(secret.get("type", OPAQUE))


def read_version(secret: Mapping[str, Any]) -> CredentialVersion:
    """Return the version of a Secret, from its metadata."""
    metadata = secret["metadata"]
    return CredentialVersion(metadata["name"], metadata["uid"], metadata["resourceVersion"])


def decode_data(secret: Mapping[str, Any]) -> dict[str, bytes]:
    """Decode `data`; the API server has checked that it is base64."""
    try:
        return {key: base64.b64decode(value or "") for key, value in (secret.get("data") or {}).items()}
    except binascii.Error:
        return {}
