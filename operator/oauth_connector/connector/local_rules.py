"""The operator's settings by which it refuses a request itself, before any credential is sent."""

from dataclasses import dataclass

from oauth_connector.api.reasons import Reason
from oauth_connector.connector.operator_tokens import OperatorToken

JUDGED_BY_SETTINGS = frozenset(
    {
        Reason.DESTINATION_NOT_ALLOWED,
        Reason.CREDENTIALS_NOT_ALLOWED,
        Reason.CERTIFICATE_UNTRUSTED,
        Reason.CA_BUNDLE_INVALID,
        Reason.LABEL_NOT_ALLOWED,
        Reason.SERVICE_ACCOUNT_TOKENS_DISABLED,
        Reason.OPERATOR_TOKEN_NOT_ALLOWED,
    }
)
"""Reasons that another setting of the operator may end: to try again costs no token request."""


@dataclass(frozen=True, slots=True)
class LocalRules:
    """The rules of the operator; `digest` identifies all settings that a refusal may depend on.

    `operator_tokens` is `None` where the settings are not known, as on the machine of a user.
    """

    digest: str = ""
    require_allowed_hosts: bool = False
    allowed_output_labels: frozenset[str] = frozenset()
    service_account_tokens: bool = False
    operator_tokens: tuple[OperatorToken, ...] | None = ()


def identify_failure(reason: Reason, request_digest: str, rules_digest: str) -> str:
    """Return what a failure depends on: the request and, where the operator itself refuses it, its rules."""
    return f"{request_digest}/{rules_digest}" if reason in JUDGED_BY_SETTINGS and rules_digest else request_digest
