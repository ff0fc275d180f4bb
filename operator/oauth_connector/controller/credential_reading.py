"""Reads the credentials of a connector when they are used: its Secrets, and new tokens of its ServiceAccounts."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping

from oauth_connector.api.v1alpha1.references import SERVICE_ACCOUNT_PREFIX
from oauth_connector.connector.credentials import (
    Credentials,
    CredentialSecret,
    assemble_credentials,
    list_secret_names,
)
from oauth_connector.connector.local_rules import LocalRules
from oauth_connector.connector.observation import Connector, CredentialVersion
from oauth_connector.connector.operator_tokens import VERSION as OPERATOR_VERSION
from oauth_connector.connector.operator_tokens import explain_operator_denial, find_operator_token, limit_hosts
from oauth_connector.connector.service_accounts import ServiceAccount, TokenDenied, explain_denial, find_obstacle
from oauth_connector.connector.status.problem import Problem
from oauth_connector.controller.connector_chain import find_loop
from oauth_connector.controller.ports import Clock, CredentialReader


class CredentialReading:
    """Reads what the spec of a connector refers to. It holds no value: each request has a token of its own.

    So a token is not in memory between two requests, and a ServiceAccount whose owner withdraws the annotation has no
    further use. A token request is rare enough: each costs the API server one write.
    """

    def __init__(self, reader: CredentialReader, clock: Clock, read_rules: Callable[[], LocalRules]) -> None:
        self._reader = reader
        self._clock = clock
        self._read_rules = read_rules

    async def read(self, connector: Connector) -> dict[str, CredentialSecret]:
        """Read what the spec names; what does not exist has a version without a UID. Raises `ClusterUnavailable`."""
        namespace, names = connector.key.namespace, list_secret_names(connector.spec)
        reads = [self._reader.read_credential(namespace, name) for name in names]
        read = [await reads[0]] if len(reads) == 1 else await asyncio.gather(*reads)  # one needs no task
        found = {name: CredentialSecret(CredentialVersion(name)) for name in names}
        found |= {secret.version.name: secret for secret in read if secret is not None}
        audiences: defaultdict[str | None, list[str]] = defaultdict(list)
        for reference in connector.spec.service_accounts:
            audiences[reference.name].append(reference.audience)
        tokens = [await self._obtain_tokens(connector, name, wanted) for name, wanted in audiences.items()]
        return found | {each.version.name: each for each in tokens}

    async def assemble(self, connector: Connector, secrets: Mapping[str, CredentialSecret]) -> Credentials | Problem:
        """Take the values of the spec out of what was read, unless a token depends on this connector."""
        readable = {name: secret for name, secret in secrets.items() if secret.is_readable}
        loop = await find_loop(connector, self._reader.read_any_connector)
        return loop or assemble_credentials(connector.spec, readable, self._clock())

    async def _obtain_tokens(self, connector: Connector, name: str | None, audiences: list[str]) -> CredentialSecret:
        """Obtain a token for each audience: of a ServiceAccount, or the operator's own where there is no name."""
        if name is None:
            return await self._read_operator_tokens(connector, audiences)
        return await self._request_tokens(connector, name, audiences)

    async def _request_tokens(self, connector: Connector, name: str, audiences: list[str]) -> CredentialSecret:
        """Request a token for each audience, after a look at the annotation of the ServiceAccount."""
        namespace, is_enabled = connector.key.namespace, self._read_rules().service_account_tokens
        account = await self._reader.read_service_account(namespace, name)
        obstacle = find_obstacle(account, name, connector.key.name, is_enabled=is_enabled)
        if obstacle is not None or not isinstance(account, ServiceAccount):
            version = (
                account.version
                if isinstance(account, ServiceAccount)
                else CredentialVersion(f"{SERVICE_ACCOUNT_PREFIX}{name}")
            )
            return CredentialSecret(version, problem=obstacle)
        data: dict[str, bytes] = {}
        for audience in audiences:
            token = await self._reader.request_service_account_token(namespace, name, audience)
            if isinstance(token, TokenDenied):
                return CredentialSecret(account.version, problem=explain_denial(name, token))
            data[audience] = token.get_secret_value().encode()
        return CredentialSecret(account.version, data=data, allowed_hosts=account.allowed_hosts)

    async def _read_operator_tokens(self, connector: Connector, audiences: list[str]) -> CredentialSecret:
        """Read the operator's own token for each audience, where its settings allow it."""
        data: dict[str, bytes] = {}
        allowed = []
        for audience in audiences:
            found = find_operator_token(self._read_rules().operator_tokens, connector.key.namespace, audience)
            if isinstance(found, Problem):
                return CredentialSecret(OPERATOR_VERSION, problem=found)
            token = await self._reader.read_operator_token(found.file, audience)
            if isinstance(token, TokenDenied):
                return CredentialSecret(OPERATOR_VERSION, problem=explain_operator_denial(audience, token))
            data[audience] = token.get_secret_value().encode()
            allowed.append(found)
        return CredentialSecret(OPERATOR_VERSION, data=data, allowed_hosts=limit_hosts(allowed))
