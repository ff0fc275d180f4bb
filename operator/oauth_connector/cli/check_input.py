"""The input of `oauth-connector check`: a connector, and the Secrets and ConfigMaps that it refers to."""

import base64
import binascii
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from pydantic import SecretStr

from oauth_connector.api.names import ALLOWED_HOSTS, CONNECTOR_KIND, OPAQUE
from oauth_connector.api.v1alpha1.references import OPERATOR_TOKEN, SERVICE_ACCOUNT_PREFIX
from oauth_connector.cli.usage_error import UsageError
from oauth_connector.connector.credentials import CredentialSecret, parse_allowed_hosts
from oauth_connector.connector.observation import AnyConnector, CredentialVersion, Key
from oauth_connector.connector.secret.metadata import has_managed_label
from oauth_connector.connector.secret.output_token import read_output_token
from oauth_connector.connector.service_accounts import ServiceAccount, TokenDenied, parse_service_account


@dataclass
class CheckInput:
    """A connector's manifest, and what it refers to, by name. Implements `ports.CredentialReader`.

    `tokens` are those of ServiceAccounts, by the name of the credential: this machine can request none.
    """

    connector: Mapping[str, Any]
    secrets: dict[str, CredentialSecret] = field(default_factory=dict, repr=False)
    config_maps: dict[str, Mapping[str, str]] = field(default_factory=dict)
    accounts: dict[str, ServiceAccount] = field(default_factory=dict)
    tokens: dict[str, SecretStr] = field(default_factory=dict)

    async def read_credential(self, namespace: str, name: str) -> CredentialSecret | None:  # noqa: ARG002  # there is only one namespace
        """Return a Secret."""
        return self.secrets.get(name)

    async def read_config_map(self, namespace: str, name: str) -> Mapping[str, str] | None:  # noqa: ARG002  # as above
        """Return a ConfigMap."""
        return self.config_maps.get(name)

    async def read_any_connector(self, key: Key) -> AnyConnector | None:  # noqa: ARG002  # only one connector is checked
        """Return no connector: those that the checked one refers to are not known."""
        return None

    async def read_service_account(self, namespace: str, name: str) -> ServiceAccount | None:  # noqa: ARG002  # as above
        """Return a ServiceAccount."""
        return self.accounts.get(name)

    async def request_service_account_token(self, namespace: str, name: str, audience: str) -> SecretStr | TokenDenied:  # noqa: ARG002  # as above
        """Return the token that the user has passed."""
        return self._find_token(f"{SERVICE_ACCOUNT_PREFIX}{name}", name, audience)

    async def read_operator_token(self, file: Path | None, audience: str) -> SecretStr | TokenDenied:  # noqa: ARG002  # the file is in the Pod
        """Return the token of the operator that the user has passed."""
        return self._find_token(OPERATOR_TOKEN, "oauth-connector", audience)

    def _find_token(self, place: str, account: str, audience: str) -> SecretStr | TokenDenied:
        cause = f"this command requests none. Pass one of `kubectl create token {account} --audience={audience}` with"
        return self.tokens.get(place) or TokenDenied(f"{cause} `--secret {place}=@FILE`")


def load(files: Sequence[Path], values: Sequence[str]) -> CheckInput:
    """Read manifests from files, and values in the form `NAME/KEY=@file` or `NAME/KEY=env:VARIABLE`.

    The token of a ServiceAccount has the form `serviceaccount/NAME=@file`, the operator's own `operator/token=@file`.

    Raises `UsageError`.
    """
    manifests = [manifest for path in files for manifest in _read_manifests(path)]
    connectors = [m for m in manifests if m.get("kind") == CONNECTOR_KIND]
    if len(connectors) != 1:
        raise UsageError(f"-f: {len(connectors)} manifests of kind {CONNECTOR_KIND}. Pass exactly one.")
    documents = CheckInput(connectors[0])
    for manifest in manifests:
        _add_manifest(documents, manifest)
    for value in values:
        _add_value(documents, value)
    return documents


def _read_manifests(path: Path) -> list[Mapping[str, Any]]:
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


def _add_manifest(documents: CheckInput, manifest: Mapping[str, Any]) -> None:
    name = str(manifest["metadata"].get("name", ""))
    if manifest.get("kind") == "ConfigMap":
        documents.config_maps[name] = _require_texts(f"ConfigMap {name}: data", manifest.get("data"))
    if manifest.get("kind") == "ServiceAccount":
        versioned = {**manifest["metadata"], "name": name, "uid": "local", "resourceVersion": "1"}
        _require_texts(f"ServiceAccount {name}: annotations", manifest["metadata"].get("annotations"))
        documents.accounts[name] = parse_service_account(versioned)
    if manifest.get("kind") == "Secret":
        annotations = _require_texts(f"Secret {name}: annotations", manifest["metadata"].get("annotations"))
        allowed = parse_allowed_hosts(annotations.get(ALLOWED_HOSTS))
        data = _decode_data(name, manifest)
        kind = str(manifest.get("type", OPAQUE))
        managed = has_managed_label(manifest["metadata"])
        version, token = CredentialVersion(name, "local", "1"), read_output_token(manifest["metadata"])
        documents.secrets[name] = CredentialSecret(version, kind, data, allowed, managed, token)


def _decode_data(name: str, manifest: Mapping[str, Any]) -> dict[str, bytes]:
    texts = _require_texts(f"Secret {name}: stringData", manifest.get("stringData"))
    plain = {key: value.encode() for key, value in texts.items()}
    data = _require_texts(f"Secret {name}: data", manifest.get("data"))
    try:
        encoded = {key: base64.b64decode("".join(value.splitlines()), validate=True) for key, value in data.items()}
    except (binascii.Error, ValueError):
        raise UsageError(f"Secret {name}: data must be base64. Use stringData for plain text.") from None
    return encoded | plain


def _require_texts(place: str, value: object) -> dict[str, str]:
    """Return an object of strings. Other types are invalid, as for the API server: YAML changes 0012 and yes.

    Raises `UsageError`.
    """
    if value is not None and not isinstance(value, dict):
        raise UsageError(f"{place} must be an object of keys and strings.")
    texts: dict[str, str] = {}
    for key, text in (value or {}).items():
        if not isinstance(text, str):
            raise UsageError(f"{place}: the value of {key} must be a string. Put it in quotes.")
        texts[str(key)] = text
    return texts


def _add_value(documents: CheckInput, text: str) -> None:
    place, equals, source = text.partition("=")
    name, slash, key = place.partition("/")
    if not (equals and slash and name and key):
        raise UsageError(f"--secret {place}: write NAME/KEY=@file or NAME/KEY=env:VARIABLE.")
    if place == OPERATOR_TOKEN or place.startswith(SERVICE_ACCOUNT_PREFIX):
        documents.tokens[place] = SecretStr(_read_value(place, source).decode("ascii", "replace").strip())
        return
    known = documents.secrets.get(name)
    data = {**(known.data if known is not None else {}), key: _read_value(place, source)}
    allowed = known.allowed_hosts if known is not None else None
    documents.secrets[name] = CredentialSecret(CredentialVersion(name, "local", "1"), OPAQUE, data, allowed)


def _read_value(place: str, source: str) -> bytes:
    if source.startswith("@"):
        try:
            return Path(source[1:]).read_bytes()
        except OSError as error:
            raise UsageError(f"--secret {place}: {source[1:]}: {error.strerror or 'cannot be read'}.") from None
    if source.startswith("env:"):
        value = os.environ.get(source[4:])
        if value is None:
            raise UsageError(f"--secret {place}: the environment variable {source[4:]} is not set.")
        return value.encode()
    raise UsageError(
        f"--secret {place}: write @file or env:VARIABLE after =. A value would stay in the history of the shell."
    )
