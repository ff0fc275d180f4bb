"""The answers that the two lists of checks may give: values that say what to do, done by somebody else."""

from dataclasses import dataclass
from enum import StrEnum

from oauth_connector.connector.observation import PendingToken
from oauth_connector.connector.secret.metadata import SecretMetadata
from oauth_connector.connector.status.problem import Problem


class RequestCause(StrEnum):
    """Why a token is asked for."""

    FIRST = "First"
    LOST = "Lost"
    DRIFTED = "Drifted"
    SPEC_CHANGED = "SpecChanged"
    CREDENTIALS_CHANGED = "CredentialsChanged"
    REQUESTED = "Requested"
    DUE = "Due"
    CONSENTED = "Consented"
    DOUBT = "Doubt"


REPAIRS = frozenset({RequestCause.LOST, RequestCause.DRIFTED})
"""Causes that lie in somebody else's hand on our Secret; they are rationed."""


# --- Which token? ---------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class DoNothing:
    """The connector is going: write nothing, ask nobody."""


@dataclass(frozen=True, slots=True)
class PublishToken:
    """Write a token that was received and could not be written yet."""

    pending: PendingToken


@dataclass(frozen=True, slots=True)
class RequestToken:
    """Ask the token endpoint for a token."""

    cause: RequestCause


@dataclass(frozen=True, slots=True)
class Postpone:
    """No token call now: `problem` says why (`None` = as it stands in status); look again at `until`, if ever."""

    problem: Problem | None
    until: float | None


@dataclass(frozen=True, slots=True)
class KeepToken:
    """The token is good; the next call is at `until` (`None` = life unknown)."""

    until: float | None


@dataclass(frozen=True, slots=True)
class RevokeGrant:
    """Give the grant back, and forget it."""


TokenAnswer = RevokeGrant | DoNothing | PublishToken | RequestToken | Postpone | KeepToken


# --- Does the Secret show it? ---------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class SecretConflict:
    """The Secret of that name is somebody else's; it is never touched."""

    problem: Problem


@dataclass(frozen=True, slots=True)
class SecretMissing:
    """There is no Secret of that name."""


@dataclass(frozen=True, slots=True)
class SecretDrifted:
    """Somebody changed what we wrote."""


@dataclass(frozen=True, slots=True)
class RenderSecret:
    """The token is right and its presentation is not: read it back from `source` and write it anew."""

    source: SecretMetadata


@dataclass(frozen=True, slots=True)
class SecretCurrent:
    """The Secret shows the token as the spec asks; `orphans` of earlier names are to be removed."""

    orphans: tuple[SecretMetadata, ...] = ()


SecretAnswer = SecretConflict | SecretMissing | SecretDrifted | RenderSecret | SecretCurrent


@dataclass(frozen=True, slots=True)
class Decision:
    """One answer to each of the two questions."""

    token: TokenAnswer
    secret: SecretAnswer
