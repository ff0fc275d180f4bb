"""Secrets and ConfigMaps of a connector, read with the permissions of the user."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from oauth_connector.api.names import CONNECTORS, SECRETS
from oauth_connector.connector.credentials import CredentialSecret
from oauth_connector.connector.observation import AnyConnector, Key
from oauth_connector.connector.service_accounts import ServiceAccount, TokenDenied, parse_service_account
from oauth_connector.kube import paths
from oauth_connector.kube.client import METADATA
from oauth_connector.kube.connector_cache import parse_connector
from oauth_connector.kube.credential_manifests import parse_credential
from oauth_connector.kube.errors import KubeError
from oauth_connector.kube.service_account_tokens import ServiceAccountTokens
from oauth_connector.kube.transport import JSON
from oauth_connector.kubectl_plugin.context import PluginContext
from oauth_connector.kubectl_plugin.errors import APIOperation, CommandFailed, explain_api_error


class UserCredentials:
    """Implements `ports.CredentialReader`. Raises `CommandFailed` where the user is not allowed to read."""

    def __init__(self, context: PluginContext) -> None:
        self._context = context

    async def read_credential(self, namespace: str, name: str) -> CredentialSecret | None:
        """Read a credential Secret."""
        found = await self._read(paths.secret_path(namespace, name), APIOperation("get", SECRETS, namespace, name))
        return parse_credential(found) if found is not None else None

    async def read_metadata(self, namespace: str, name: str) -> dict[str, Any] | None:
        """Read a Secret without its data."""
        operation = APIOperation("get", SECRETS, namespace, name)
        return await self._read(paths.secret_path(namespace, name), operation, METADATA)

    async def read_config_map(self, namespace: str, name: str) -> Mapping[str, str] | None:
        """Read a ConfigMap."""
        operation = APIOperation("get", "configmaps", namespace, name)
        found = await self._read(paths.config_map_path(namespace, name), operation)
        return (found.get("data") or {}) if found is not None else None

    async def read_any_connector(self, key: Key) -> AnyConnector | None:
        """Read a connector."""
        operation = APIOperation("get", CONNECTORS, key.namespace, key.name)
        found = await self._read(paths.connector_path(key.namespace, key.name), operation)
        return parse_connector(found) if found is not None else None

    async def read_service_account(self, namespace: str, name: str) -> ServiceAccount | TokenDenied | None:
        """Read a ServiceAccount."""
        operation = APIOperation("get", "serviceaccounts", namespace, name)
        found = await self._read(paths.service_account_path(namespace, name), operation, METADATA)
        return parse_service_account(found["metadata"]) if found is not None else None

    async def request_service_account_token(self, namespace: str, name: str, audience: str) -> SecretStr | TokenDenied:
        """Request a token as the user."""
        try:
            return await ServiceAccountTokens(self._context.api).issue(namespace, name, audience)
        except KubeError as error:
            raise explain_api_error(error, APIOperation("create", "serviceaccounts/token", namespace, name)) from None

    async def read_operator_token(self, file: Path | None, audience: str) -> SecretStr | TokenDenied:  # noqa: ARG002  # no file is read
        """Raise `CommandFailed`: the file is in the Pod of the operator."""
        raise CommandFailed("Only the operator has its own token: its status shows what came of it.")

    async def _read(self, path: str, operation: APIOperation, accept: str = JSON) -> dict[str, Any] | None:
        try:
            return await self._context.api.find(path, accept)
        except KubeError as error:
            raise explain_api_error(error, operation) from None
