"""What stands between a connector and its token, with the remedy that decides who has to act."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from oauth_connector.api.reasons import Reason
from oauth_connector.connector.schedule.refresh_time import RetryPace
from oauth_connector.oauth.errors import Failure, FailureReason, Remedy
from oauth_connector.oauth.signals import Signal, Symptom

_SLOW = frozenset(
    {FailureReason.ENDPOINT_NOT_FOUND, FailureReason.INVALID_TOKEN_ENDPOINT, FailureReason.CREDENTIALS_REJECTED}
)

LOOKED_AT = frozenset(
    {
        Reason.CREDENTIALS_NOT_FOUND,
        Reason.CREDENTIALS_INVALID,
        Reason.CREDENTIALS_NOT_ALLOWED,
        Reason.CREDENTIALS_REJECTED,
        Reason.REFRESH_TOKEN_REJECTED,
        Reason.GRANT_BINDING_MISMATCH,
    }
)
"""Reasons that a change of a credential Secret may end; that Secret is looked at every minute while one stands."""

_STRAIN = frozenset({Symptom.RATE_LIMITED, Symptom.UNAVAILABLE, Symptom.TIMEOUT})

LOCAL = LOOKED_AT - {Reason.CREDENTIALS_REJECTED, Reason.REFRESH_TOKEN_REJECTED}
"""Reasons found on this side, before anything was sent: a look costs the provider nothing."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A reason, who can mend it, and the facts for its sentence (from spec and metadata only).

    `repeatable` is false where the same credentials must never be sent again: a refused password.
    """

    reason: Reason
    remedy: Remedy
    facts: Mapping[str, str] = field(default_factory=dict)
    signal: Signal | None = None
    repeatable: bool = True

    @property
    def needs_user(self) -> bool:
        """Tell whether waiting will not help."""
        return self.remedy is not Remedy.RETRY

    @property
    def pace(self) -> RetryPace:
        """Say how eagerly the provider is asked again."""
        if self.needs_user:
            return RetryPace.PROBE
        return RetryPace.SLOW if self.reason.value in _SLOW else RetryPace.QUICK


def is_strain(signal: Signal) -> bool:
    """Tell whether a host has more to do than it can. A port where nobody answers a connection says nothing of that."""
    return signal.symptom in _STRAIN and (signal.symptom is not Symptom.TIMEOUT or signal.sent)


def of_failure(failure: Failure, facts: Mapping[str, str]) -> Problem:
    """Make a problem of the provider's or the network's failure."""
    return Problem(Reason(failure.reason.value), failure.remedy, facts, failure.signal, failure.repeatable)
