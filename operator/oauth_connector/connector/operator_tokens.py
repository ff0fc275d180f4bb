"""Tokens of the operator's own ServiceAccount, in files of its Pod: which connectors may present them, and where."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from oauth_connector.api.reasons import Reason
from oauth_connector.api.v1alpha1.references import OPERATOR_TOKEN
from oauth_connector.connector.observation import CredentialVersion
from oauth_connector.connector.service_accounts import TokenDenied
from oauth_connector.connector.status.problem import Problem
from oauth_connector.oauth.errors import Remedy

VERSION = CredentialVersion(OPERATOR_TOKEN, uid="operator")
"""The one version of these tokens. The kubelet replaces the files, and no object shows when."""


@dataclass(frozen=True, slots=True)
class OperatorToken:
    """A token for one audience: its file, the namespaces whose connectors may present it, and the hosts for it.

    On the machine of a user there is no file, and hosts are not known (`None`).
    """

    audience: str
    file: Path | None
    namespaces: frozenset[str]
    hosts: tuple[str, ...] | None


def find_operator_token(
    tokens: Sequence[OperatorToken] | None, namespace: str, audience: str
) -> OperatorToken | Problem:
    """Return the token that a connector of a namespace may present; `None` for tokens that are not known."""
    if tokens is None:
        return OperatorToken(audience, None, frozenset({namespace}), None)
    allowed = (each for each in tokens if each.audience == audience and namespace in each.namespaces)
    refusal = Problem(Reason.OPERATOR_TOKEN_NOT_ALLOWED, Remedy.FIX_SPEC, {"audience": audience})
    return next(allowed, refusal)


def explain_operator_denial(audience: str, denied: TokenDenied) -> Problem:
    """Return the problem of a token that cannot be read, or that must not leave the cluster."""
    facts = {"operator_audience": audience, "cause": denied.cause}
    return Problem(Reason.SERVICE_ACCOUNT_TOKEN_DENIED, Remedy.FIX_CREDENTIALS, facts)


def limit_hosts(tokens: Sequence[OperatorToken]) -> tuple[str, ...] | None:
    """Return the hosts that may get all of these tokens, in order; `None` where they are not limited."""
    limits = [each.hosts for each in tokens if each.hosts is not None]
    return tuple(host for host in limits[0] if all(host in limit for limit in limits)) if limits else None
