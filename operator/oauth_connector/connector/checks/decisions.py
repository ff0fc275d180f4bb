"""The answers of the two lists of checks: values that state what to do. The reconciler acts on them."""

from dataclasses import dataclass
from enum import StrEnum

from oauth_connector.connector.observation import PendingToken
from oauth_connector.connector.secret.metadata import SecretMetadata
from oauth_connector.connector.status.problem import Problem


class RequestCause(StrEnum):
    """Why a token is requested."""

    FIRST_TOKEN = "FirstToken"
    SECRET_DELETED = "SecretDeleted"
    SECRET_DRIFTED = "SecretDrifted"
    SPEC_CHANGED = "SpecChanged"
    CREDENTIALS_CHANGED = "CredentialsChanged"
    REFRESH_REQUESTED = "RefreshRequested"
    REFRESH_DUE = "RefreshDue"
    CODE_RECEIVED = "CodeReceived"
    CLAIM_IN_DOUBT = "ClaimInDoubt"


REPAIR_CAUSES = frozenset({RequestCause.SECRET_DELETED, RequestCause.SECRET_DRIFTED})
"""Causes for which another client has changed or deleted the output Secret; their number per hour is limited."""


# --- Which token? ---------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class DoNothing:
    """The connector is being deleted: write nothing and request nothing."""


@dataclass(frozen=True, slots=True)
class PublishToken:
    """Write a token that was obtained and is not in the output Secret yet."""

    pending: PendingToken


@dataclass(frozen=True, slots=True)
class RequestToken:
    """Send a token request."""

    cause: RequestCause


@dataclass(frozen=True, slots=True)
class Postpone:
    """Send no token request now: `problem` is the cause (`None` = the one in status); requeue at `until`, if ever."""

    problem: Problem | None
    until: float | None


@dataclass(frozen=True, slots=True)
class KeepToken:
    """The token is valid; the next request is at `until` (`None` = its lifetime is unknown)."""

    until: float | None


@dataclass(frozen=True, slots=True)
class RevokeGrant:
    """Revoke the grant at the provider, and delete it here."""


TokenAnswer = RevokeGrant | DoNothing | PublishToken | RequestToken | Postpone | KeepToken


# --- Does the Secret contain it? ------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class SecretConflict:
    """The Secret of that name is not owned by this connector; it is never changed."""

    problem: Problem


@dataclass(frozen=True, slots=True)
class SecretContested:
    """Another client keeps changing the Secret; it is not repaired before `until`."""

    problem: Problem
    until: float


@dataclass(frozen=True, slots=True)
class SecretMissing:
    """There is no Secret of that name, and no token to write to it."""


@dataclass(frozen=True, slots=True)
class SecretDrifted:
    """Another client changed what the operator wrote."""


@dataclass(frozen=True, slots=True)
class RenderSecret:
    """The token is right and its representation is not: read it from `source` and write the Secret again."""

    source: SecretMetadata


@dataclass(frozen=True, slots=True)
class SecretCurrent:
    """The Secret contains the token as the spec requires; `orphans` of earlier names are to be deleted."""

    orphans: tuple[SecretMetadata, ...] = ()


SecretAnswer = SecretConflict | SecretContested | SecretMissing | SecretDrifted | RenderSecret | SecretCurrent


@dataclass(frozen=True, slots=True)
class Decision:
    """One answer to each of the two questions.

    `if_unreadable` is what to do where `secret` is to be rendered and the token cannot be read from its source: request
    another, or wait; `None` where the token stays as it is.
    """

    token: TokenAnswer
    secret: SecretAnswer
    if_unreadable: RequestToken | Postpone | None = None
