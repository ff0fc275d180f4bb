"""What an evaluation of an OAuthConsent knows, and the actions that it may answer with."""

from dataclasses import dataclass

from pydantic import SecretStr

from oauth_connector.api.names import READY
from oauth_connector.api.v1alpha1.conditions import find_condition
from oauth_connector.api.v1alpha1.consent import OAuthConsentSpec, OAuthConsentStatus
from oauth_connector.api.v1alpha1.consent_reasons import ConsentReason
from oauth_connector.api.v1alpha1.consent_request import ConsentRequest
from oauth_connector.connector.observation import AnyConnector, Connector, Key, PendingCode
from oauth_connector.connector.secret.metadata import GrantSummary
from oauth_connector.connector.status.problem import Problem

PENDING_REASONS = frozenset({ConsentReason.AWAITING_USER, ConsentReason.AWAITING_CONFIRMATION})


@dataclass(frozen=True, slots=True)
class Consent:
    """An OAuthConsent with the fields that are needed; `created` in seconds since the epoch."""

    key: Key
    uid: str
    resource_version: str
    generation: int
    created: int
    spec: OAuthConsentSpec
    status: OAuthConsentStatus

    @property
    def connector(self) -> Key:
        """Return the connector."""
        return Key(self.key.namespace, self.spec.connector_name)

    @property
    def reason(self) -> ConsentReason | None:
        """Return the reason of the condition `Ready`."""
        ready = find_condition(self.status.conditions, READY)
        return ready.reason if ready is not None else None

    @property
    def observed_generation(self) -> int:
        """Return the generation that the status describes. The plugin reads it to see that a wrong code was checked."""
        ready = find_condition(self.status.conditions, READY)
        return ready.observed_generation if ready is not None else 0

    @property
    def is_final(self) -> bool:
        """Return whether the consent succeeded or failed."""
        return self.reason is not None and self.reason not in PENDING_REASONS


@dataclass(frozen=True, slots=True)
class ConsentContext:
    """The observed state for an evaluation: the connector, the request as it would be written now, the grant, the time.

    `attempt` is the last claim of this process, whose outcome it knows; `claim_abandoned` as in `Observation`.
    `problem` is what prevented the sending of a code. `next_poll` is when a device code may be presented again.
    """

    connector: AnyConnector | None
    now: float
    request: ConsentRequest | None = None
    notes: GrantSummary | None = None
    attempt: str | None = None
    problem: Problem | None = None
    claim_abandoned: bool = False
    next_poll: float | None = None


def find_shown_issuer(request: ConsentRequest, context: ConsentContext) -> str | None:
    """Return the issuer that the user saw, where a resource led to it: its grant is for that issuer alone."""
    connector = context.connector
    is_of_resource = isinstance(connector, Connector) and connector.spec.provider.resource is not None
    return request.issuer if is_of_resource else None


# --- actions --------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class FillRequest:
    """Write the authorization request into status."""


@dataclass(frozen=True, slots=True)
class PushRequest:
    """Push the authorization request with the `state` of a browser (RFC 9126), for the holder of the ticket."""

    ticket: SecretStr
    state: SecretStr


@dataclass(frozen=True, slots=True)
class SetReason:
    """Write a reason into status, and requeue at a time."""

    reason: ConsentReason
    requeue_at: float | None = None


@dataclass(frozen=True, slots=True)
class WaitUntil:
    """Do nothing until a time."""

    until: float


ConsentAction = FillRequest | PushRequest | SetReason | WaitUntil | PendingCode
