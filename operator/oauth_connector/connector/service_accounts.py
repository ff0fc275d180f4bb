"""ServiceAccounts whose tokens connectors present: whether a connector may have one, and what the API server says."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from oauth_connector.api import names
from oauth_connector.api.reasons import Reason
from oauth_connector.api.v1alpha1.references import SERVICE_ACCOUNT_PREFIX
from oauth_connector.connector.credentials import parse_allowed_hosts
from oauth_connector.connector.observation import CredentialVersion
from oauth_connector.connector.status.problem import Problem
from oauth_connector.oauth.errors import Remedy

LIFETIME = 600
"""Seconds that a token is valid: the shortest time for which the API server issues one."""


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """A ServiceAccount as it was read: its version, and what its annotations allow.

    `connectors` are those that may present its tokens, and `allowed_hosts` where (`None` = not limited).
    """

    version: CredentialVersion
    connectors: frozenset[str] = frozenset()
    allowed_hosts: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class TokenDenied:
    """The API server lets no ServiceAccount be read, or issues no token; `cause` follows "denies a token:"."""

    cause: str


def parse_service_account(metadata: Mapping[str, Any]) -> ServiceAccount:
    """Parse the metadata of a ServiceAccount; commas separate the names in its annotations."""
    annotations = metadata.get("annotations") or {}
    name = f"{SERVICE_ACCOUNT_PREFIX}{metadata['name']}"
    version = CredentialVersion(name, metadata["uid"], metadata["resourceVersion"])
    allowed = annotations.get(names.ALLOW_TOKEN_FOR, "").split(",")
    connectors = frozenset(each.strip() for each in allowed if each.strip())
    return ServiceAccount(version, connectors, parse_allowed_hosts(annotations.get(names.ALLOWED_HOSTS)))


def find_obstacle(
    account: ServiceAccount | TokenDenied | None, name: str, connector: str, *, is_enabled: bool
) -> Problem | None:
    """Return why no token of a ServiceAccount is requested; `None` for the account means that it does not exist."""
    facts = {"account": name}
    if not is_enabled:
        return Problem(Reason.SERVICE_ACCOUNT_TOKENS_DISABLED, Remedy.FIX_SPEC, facts)
    if account is None:
        return Problem(Reason.SERVICE_ACCOUNT_NOT_FOUND, Remedy.RETRY, facts)
    if isinstance(account, TokenDenied):
        return explain_denial(name, account)
    if connector not in account.connectors:
        return Problem(Reason.SERVICE_ACCOUNT_NOT_ALLOWED, Remedy.FIX_CREDENTIALS, facts)
    return None


def explain_denial(name: str, denied: TokenDenied) -> Problem:
    """Return the problem of a token that the API server does not issue, or that must not leave the cluster."""
    facts = {"account": name, "cause": denied.cause}
    return Problem(Reason.SERVICE_ACCOUNT_TOKEN_DENIED, Remedy.FIX_CREDENTIALS, facts)


def name_account(credential: str) -> str | None:
    """Return the name of the ServiceAccount that a credential is of; `None` for a Secret."""
    is_account = credential.startswith(SERVICE_ACCOUNT_PREFIX)
    return credential.removeprefix(SERVICE_ACCOUNT_PREFIX) if is_account else None
