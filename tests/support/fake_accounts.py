"""ServiceAccounts in memory, and their tokens: a part of the fake cluster."""

import itertools
from pathlib import Path

from pydantic import SecretStr

from oauth_connector.api.v1alpha1.references import OPERATOR_TOKEN
from oauth_connector.connector.observation import CredentialVersion
from oauth_connector.connector.operator_tokens import VERSION as OPERATOR_VERSION
from oauth_connector.connector.service_accounts import ServiceAccount, TokenDenied


class FakeAccounts:
    """Issues tokens that differ each time; faults are set by the test."""

    def __init__(self) -> None:
        self.accounts: dict[tuple[str, str], ServiceAccount] = {}
        self.tokens: list[str] = []
        self.denial: TokenDenied | None = None
        self._versions = itertools.count(1000)

    def add_account(self, namespace: str, name: str, *connectors: str, hosts: tuple[str, ...] | None = None) -> None:
        """Create or replace a ServiceAccount that allows connectors to present its tokens."""
        version = CredentialVersion(f"serviceaccount/{name}", f"uid-{name}", self._version())
        self.accounts[namespace, name] = ServiceAccount(version, frozenset(connectors), hosts)

    def find_account(self, namespace: str, name: str) -> ServiceAccount | None:
        """Return a ServiceAccount by its name as a credential."""
        if name == OPERATOR_TOKEN:
            return ServiceAccount(OPERATOR_VERSION)
        kind, _, account = name.partition("/")
        return self.accounts.get((namespace, account)) if kind == "serviceaccount" else None

    async def read_service_account(self, namespace: str, name: str) -> ServiceAccount | TokenDenied | None:
        """Read a ServiceAccount."""
        return self.accounts.get((namespace, name))

    async def request_service_account_token(self, namespace: str, name: str, audience: str) -> SecretStr | TokenDenied:
        """Issue a token, each time another one."""
        if self.denial is not None:
            return self.denial
        self.tokens.append(f"{namespace}.{name}.{audience}.{self._version()}")
        return SecretStr(self.tokens[-1])

    async def read_operator_token(self, file: Path | None, audience: str) -> SecretStr | TokenDenied:
        """Return a token of the operator with the name of its file, each time another one."""
        if self.denial is not None:
            return self.denial
        self.tokens.append(f"{file}.{audience}.{self._version()}")
        return SecretStr(self.tokens[-1])

    def _version(self) -> str:
        return str(next(self._versions))
