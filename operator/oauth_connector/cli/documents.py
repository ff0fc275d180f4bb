"""What `oauth-connector check` is given: a connector, and the Secrets and ConfigMaps that it refers to."""

import base64
import binascii
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from oauth_connector.api.names import ALLOWED_HOSTS, CONNECTOR_KIND, OPAQUE
from oauth_connector.connector.credentials import CredentialSecret, parse_allowed_hosts
from oauth_connector.connector.observation import CredentialVersion


class UsageError(Exception):
    """What was given cannot be used; the text names the option and the cure in one line."""


@dataclass
class CheckInput:
    """A connector's manifest, Secrets and ConfigMaps by name, as files. Implements `ports.CredentialReader`."""

    connector: Mapping[str, Any]
    secrets: dict[str, CredentialSecret] = field(default_factory=dict, repr=False)
    config_maps: dict[str, Mapping[str, str]] = field(default_factory=dict)

    async def read_credential(self, namespace: str, name: str) -> CredentialSecret | None:  # noqa: ARG002  # one here
        """Give a Secret."""
        return self.secrets.get(name)

    async def read_config_map(self, namespace: str, name: str) -> Mapping[str, str] | None:  # noqa: ARG002  # as above
        """Give a ConfigMap."""
        return self.config_maps.get(name)


def load(files: Sequence[Path], values: Sequence[str]) -> CheckInput:
    """Read files of manifests, and values given as `NAME/KEY=@file` or `NAME/KEY=env:VARIABLE`. Raises `UsageError`."""
    manifests = [manifest for path in files for manifest in _manifests(path)]
    connectors = [m for m in manifests if m.get("kind") == CONNECTOR_KIND]
    if len(connectors) != 1:
        raise UsageError(f"-f: {len(connectors)} manifests of kind {CONNECTOR_KIND}; give exactly one.")
    documents = CheckInput(connectors[0])
    for manifest in manifests:
        _take(documents, manifest)
    for value in values:
        _add(documents, value)
    return documents


def _manifests(path: Path) -> list[Mapping[str, Any]]:
    try:
        found = [document for document in yaml.safe_load_all(path.read_text()) if document]
    except OSError as error:
        raise UsageError(f"-f {path}: {error.strerror or 'cannot be read'}.") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        raise UsageError(f"-f {path}: not YAML{f', line {mark.line + 1}' if mark else ''}.") from None
    for document in found:
        if not isinstance(document, dict) or not isinstance(document.get("metadata"), dict):
            raise UsageError(f"-f {path}: a document is not a Kubernetes manifest with `metadata`.")
    return found


def _take(documents: CheckInput, manifest: Mapping[str, Any]) -> None:
    name = str(manifest["metadata"].get("name", ""))
    if manifest.get("kind") == "ConfigMap":
        documents.config_maps[name] = _texts(f"ConfigMap {name}: data", manifest.get("data"))
    if manifest.get("kind") == "Secret":
        annotations = _texts(f"Secret {name}: annotations", manifest["metadata"].get("annotations"))
        allowed = parse_allowed_hosts(annotations.get(ALLOWED_HOSTS))
        data = _decoded(name, manifest)
        kind = str(manifest.get("type", OPAQUE))
        documents.secrets[name] = CredentialSecret(CredentialVersion(name, "laptop", "1"), kind, data, allowed)


def _decoded(name: str, manifest: Mapping[str, Any]) -> dict[str, bytes]:
    texts = _texts(f"Secret {name}: stringData", manifest.get("stringData"))
    plain = {key: value.encode() for key, value in texts.items()}
    data = _texts(f"Secret {name}: data", manifest.get("data"))
    try:
        encoded = {key: base64.b64decode("".join(value.splitlines()), validate=True) for key, value in data.items()}
    except (binascii.Error, ValueError):
        raise UsageError(f"Secret {name}: data must be base64; use stringData for plain text.") from None
    return encoded | plain


def _texts(place: str, value: object) -> dict[str, str]:
    """Take an object of texts as the API server does; what YAML makes of 0012 or yes is not what was written."""
    if value is not None and not isinstance(value, dict):
        raise UsageError(f"{place} must be an object of keys and texts.")
    texts: dict[str, str] = {}
    for key, text in (value or {}).items():
        if not isinstance(text, str):
            raise UsageError(f"{place}: the value of {key} must be text: put it in quotes.")
        texts[str(key)] = text
    return texts


def _add(documents: CheckInput, text: str) -> None:
    place, equals, source = text.partition("=")
    name, slash, key = place.partition("/")
    if not (equals and slash and name and key):
        raise UsageError(f"--secret {place}: write NAME/KEY=@file or NAME/KEY=env:VARIABLE.")
    known = documents.secrets.get(name)
    data = {**(known.data if known is not None else {}), key: _value(place, source)}
    allowed = known.allowed_hosts if known is not None else None
    documents.secrets[name] = CredentialSecret(CredentialVersion(name, "laptop", "1"), OPAQUE, data, allowed)


def _value(place: str, source: str) -> bytes:
    if source.startswith("@"):
        try:
            return Path(source[1:]).read_bytes()
        except OSError as error:
            raise UsageError(f"--secret {place}: {source[1:]}: {error.strerror or 'cannot be read'}.") from None
    if source.startswith("env:"):
        value = os.environ.get(source[4:])
        if value is None:
            raise UsageError(f"--secret {place}: the variable {source[4:]} is not set.")
        return value.encode()
    raise UsageError(f"--secret {place}: write @file or env:VARIABLE after =; a value here would stay in the history.")
