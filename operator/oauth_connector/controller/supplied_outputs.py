"""Output Secrets that other connectors present: only what the operator has written for the live connector counts.

A user who may create Secrets can plant one with the name, the label and the annotations of an output Secret. Without a
proof it could put a token of that user in the place of the token of a connector that has none yet.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from pydantic import SecretStr

from oauth_connector.connector.credentials import CredentialSecret
from oauth_connector.connector.observation import AnyConnector, Key
from oauth_connector.connector.secret.output_token import OutputToken
from oauth_connector.connector.secret.ownership import is_recorded
from oauth_connector.connector.service_accounts import ServiceAccount, TokenDenied
from oauth_connector.controller.output_secrets import load_signer
from oauth_connector.controller.ports import Cluster, OperatorKeyReader


class SuppliedOutputs:
    """Implements `ports.CredentialReader`: reads like the cluster, and looks for the proof of each output Secret."""

    def __init__(self, cluster: Cluster, keys: OperatorKeyReader) -> None:
        self._cluster = cluster
        self._keys = keys

    async def read_credential(self, namespace: str, name: str) -> CredentialSecret | None:
        """Read a credential Secret now; an output Secret shows whether the operator wrote it."""
        secret = await self._cluster.read_credential(namespace, name)
        if secret is None or secret.output is None or await self._is_proved(namespace, secret, secret.output):
            return secret
        return replace(secret, output=replace(secret.output, is_unproved=True))

    async def read_config_map(self, namespace: str, name: str) -> Mapping[str, str] | None:
        """Read a ConfigMap now."""
        return await self._cluster.read_config_map(namespace, name)

    async def read_any_connector(self, key: Key) -> AnyConnector | None:
        """Read a connector now, whichever install is responsible for it."""
        return await self._cluster.read_any_connector(key)

    async def read_service_account(self, namespace: str, name: str) -> ServiceAccount | TokenDenied | None:
        """Read the annotations of a ServiceAccount now."""
        return await self._cluster.read_service_account(namespace, name)

    async def request_service_account_token(self, namespace: str, name: str, audience: str) -> SecretStr | TokenDenied:
        """Request a token of a ServiceAccount."""
        return await self._cluster.request_service_account_token(namespace, name, audience)

    async def read_operator_token(self, file: Path | None, audience: str) -> SecretStr | TokenDenied:
        """Read the operator's own token."""
        return await self._cluster.read_operator_token(file, audience)

    async def _is_proved(self, namespace: str, secret: CredentialSecret, output: OutputToken) -> bool:
        """Return whether the operator wrote a Secret for the connector of that name that exists now.

        Another install signs with another key: for its connectors the status counts, which users cannot write, with
        the time of creation, which no user can choose.
        """
        source, found = Key(namespace, output.connector or ""), output.metadata
        live = await self._cluster.read_any_connector(source) if output.connector else None
        if live is None or found is None or found.connector_uid != live.uid:
            return False
        if (await load_signer(self._keys)).has_signed(found, secret.data):
            return True
        is_elsewhere = self._cluster.connector(source) is None
        return is_elsewhere and found.intact and is_recorded(found, live)
