"""Live reads of what connectors refer to: Secrets, ConfigMaps, and tokens of ServiceAccounts."""

from collections.abc import Awaitable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import SecretStr

from oauth_connector.api.v1alpha1.references import OPERATOR_TOKEN, SERVICE_ACCOUNT_PREFIX
from oauth_connector.connector.credentials import CredentialSecret
from oauth_connector.connector.observation import CredentialVersion
from oauth_connector.connector.operator_tokens import VERSION as OPERATOR_VERSION
from oauth_connector.connector.service_accounts import ServiceAccount, TokenDenied
from oauth_connector.controller.ports import ClusterUnavailable
from oauth_connector.kube import paths
from oauth_connector.kube.client import METADATA, KubeAPI
from oauth_connector.kube.credential_manifests import parse_credential, read_version
from oauth_connector.kube.errors import KubeError
from oauth_connector.kube.service_account_tokens import ServiceAccountTokens
from oauth_connector.kube.transport import JSON

Result = TypeVar("Result")


class KubeCredentialReader:
    """Reads from the API server. Its methods raise `ClusterUnavailable`."""

    def __init__(self, api: KubeAPI) -> None:
        self._api = api
        self._tokens = ServiceAccountTokens(api)

    async def read_credential(self, namespace: str, name: str) -> CredentialSecret | None:
        """Read a credential Secret from the API server."""
        found = await self._get(paths.secret_path(namespace, name))
        return parse_credential(found) if found is not None else None

    async def read_version(self, namespace: str, name: str) -> CredentialVersion:
        """Read the version of a credential Secret without its data."""
        if name == OPERATOR_TOKEN:
            return OPERATOR_VERSION
        if name.startswith(SERVICE_ACCOUNT_PREFIX):
            account = await self.read_service_account(namespace, name.removeprefix(SERVICE_ACCOUNT_PREFIX))
            return account.version if isinstance(account, ServiceAccount) else CredentialVersion(name)
        found = await self._get(paths.secret_path(namespace, name), accept=METADATA)
        return read_version(found) if found is not None else CredentialVersion(name)

    async def read_config_map(self, namespace: str, name: str) -> Mapping[str, str] | None:
        """Read a ConfigMap from the API server."""
        found = await self._get(paths.config_map_path(namespace, name))
        return (found.get("data") or {}) if found is not None else None

    async def read_service_account(self, namespace: str, name: str) -> ServiceAccount | TokenDenied | None:
        """Read the annotations of a ServiceAccount from the API server."""
        return await _translate_errors(self._tokens.read(namespace, name))

    async def request_service_account_token(self, namespace: str, name: str, audience: str) -> SecretStr | TokenDenied:
        """Request a token of a ServiceAccount."""
        return await _translate_errors(self._tokens.request(namespace, name, audience))

    async def read_operator_token(self, file: Path | None, audience: str) -> SecretStr | TokenDenied:
        """Read the operator's own token from its file."""
        return await _translate_errors(self._tokens.read_file(file or Path(), audience))

    async def _get(self, path: str, accept: str = JSON) -> dict[str, Any] | None:
        return await _translate_errors(self._api.find(path, accept))


async def _translate_errors(call: Awaitable[Result]) -> Result:
    try:
        return await call
    except KubeError as error:
        raise build_unavailable(error) from None


def build_unavailable(error: KubeError, what: str = "the Kubernetes API returned") -> ClusterUnavailable:
    """Return the error of a request that may succeed later; `what` stands before status and reason."""
    message = f"{what} {error.status} {error.reason}"
    return ClusterUnavailable(message, error.retry_after, is_reported=error.is_reported)
