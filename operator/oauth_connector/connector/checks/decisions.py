"""The answers that the two lists of checks may give: values that say what to do, done by somebody else."""

from dataclasses import dataclass
from enum import StrEnum

from oauth_connector.connector.observation import PendingToken
from oauth_connector.connector.secret.metadata import SecretMetadata
from oauth_connector.connector.status.problem import Problem


class Cause(StrEnum):
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


HEALING = frozenset({Cause.LOST, Cause.DRIFTED})
"""Causes that lie in somebody else's hand on our Secret; they are rationed."""


# --- Which token? ---------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class LeaveAlone:
    """The connector is going: write nothing, ask nobody."""


@dataclass(frozen=True, slots=True)
class Publish:
    """Write a token that was received and could not be written yet."""

    pending: PendingToken


@dataclass(frozen=True, slots=True)
class Mint:
    """Ask the token endpoint for a token."""

    cause: Cause


@dataclass(frozen=True, slots=True)
class Hold:
    """No token call now: `problem` says why (`None` = as it stands in status); look again at `until`, if ever."""

    problem: Problem | None
    until: float | None


@dataclass(frozen=True, slots=True)
class Keep:
    """The token is good; the next call is at `until` (`None` = life unknown)."""

    until: float | None


@dataclass(frozen=True, slots=True)
class Revoke:
    """Give the grant back, and forget it."""


TokenAnswer = Revoke | LeaveAlone | Publish | Mint | Hold | Keep


# --- Does the Secret show it? ---------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Conflict:
    """The Secret of that name is somebody else's; it is never touched."""

    problem: Problem


@dataclass(frozen=True, slots=True)
class Missing:
    """There is no Secret of that name."""


@dataclass(frozen=True, slots=True)
class Drifted:
    """Somebody changed what we wrote."""


@dataclass(frozen=True, slots=True)
class Render:
    """The token is right and its presentation is not: read it back from `source` and write it anew."""

    source: SecretMetadata


@dataclass(frozen=True, slots=True)
class Shown:
    """The Secret shows the token as the spec asks; `strays` of earlier names are to be removed."""

    strays: tuple[SecretMetadata, ...] = ()


SecretAnswer = Conflict | Missing | Drifted | Render | Shown


@dataclass(frozen=True, slots=True)
class Decision:
    """One answer to each of the two questions."""

    token: TokenAnswer
    secret: SecretAnswer
