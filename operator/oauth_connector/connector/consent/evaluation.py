"""The evaluation of an OAuthConsent: a function from the observed state to the next action.

The object brings the consent of a user from the browser to the operator. Each evaluation uses current values: the
connector may have been changed, the ticket may be wrong, the code may have been sent before.
"""

import hmac
from dataclasses import dataclass

from pydantic import SecretStr

from oauth_connector.api.names import READY
from oauth_connector.api.v1alpha1.conditions import find_condition
from oauth_connector.api.v1alpha1.consent import OAuthConsentSpec, OAuthConsentStatus, Redirect
from oauth_connector.api.v1alpha1.consent_reasons import ConsentReason
from oauth_connector.api.v1alpha1.consent_request import LIFETIME, ConsentRequest
from oauth_connector.connector.effective import UnknownTokenHost, find_named_token_url
from oauth_connector.connector.grant.claims import claim_blocks_until
from oauth_connector.connector.observation import AnyConnector, Connector, InvalidConnector, Key, PendingCode
from oauth_connector.connector.secret.metadata import GrantSummary
from oauth_connector.connector.status.problem import Problem
from oauth_connector.consent_protocol.consent_response import ConsentResponse, UnsealError
from oauth_connector.consent_protocol.operator_keys import OperatorKeys
from oauth_connector.consent_protocol.tickets import is_ticket_of, normalize_confirmation

CONFIRMATION_TIME = 300
"""Seconds after the deadline of the consent within which the confirmation code is still accepted."""

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
    `problem` is what prevented the sending of a code.
    """

    connector: AnyConnector | None
    now: float
    request: ConsentRequest | None = None
    notes: GrantSummary | None = None
    attempt: str | None = None
    problem: Problem | None = None
    claim_abandoned: bool = False


# --- actions --------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class FillRequest:
    """Write the authorization request into status."""


@dataclass(frozen=True, slots=True)
class SetReason:
    """Write a reason into status, and requeue at a time."""

    reason: ConsentReason
    requeue_at: float | None = None


@dataclass(frozen=True, slots=True)
class WaitUntil:
    """Do nothing until a time."""

    until: float


ConsentAction = FillRequest | SetReason | WaitUntil | PendingCode


def evaluate_consent(consent: Consent, context: ConsentContext, keys: OperatorKeys) -> ConsentAction:
    """Return the next action for a pending consent."""
    sent = _evaluate_sent_code(consent, context)
    if sent is not None:
        return sent
    request, deadline = consent.status.request, consent.created + LIFETIME
    answered = consent.status.response is not None and request is not None
    if not answered and context.now >= deadline:
        return SetReason(ConsentReason.EXPIRED)
    obstacle = find_obstacle(consent, context)
    if obstacle is not None:
        return SetReason(obstacle)
    if request is None or not answered:
        return FillRequest() if request is None else SetReason(ConsentReason.AWAITING_USER, deadline)
    return _evaluate_response(consent, request, context, keys)


def find_obstacle(consent: Consent, context: ConsentContext) -> ConsentReason | None:
    """Return the reason why a consent cannot continue, or nothing."""
    connector = context.connector
    if connector is None or connector.deleting:
        return ConsentReason.CONNECTOR_NOT_FOUND
    if isinstance(connector, InvalidConnector) or not connector.spec.needs_consent:
        return ConsentReason.CONNECTOR_INVALID
    spec = connector.spec
    if spec.suspend:
        return ConsentReason.CONNECTOR_SUSPENDED
    if spec.has_loopback_redirect != (consent.spec.redirect is Redirect.LOOPBACK):
        return ConsentReason.CONNECTOR_INVALID
    request = consent.status.request
    if request is None:
        return None
    current = context.request
    return None if current is not None and _is_unchanged(request, current) else ConsentReason.CONNECTOR_CHANGED


def _is_unchanged(request: ConsentRequest, current: ConsentRequest) -> bool:
    """Return whether a request equals the one that would be written now.

    A comparison of digests is not enough. The digest is not secret, and another client with write access to status
    could have written a request first: without confirmation, or with a code challenge and an encryption key of its own.
    """
    return request == current


def _evaluate_sent_code(consent: Consent, context: ConsentContext) -> ConsentAction | None:
    """Return the result of a code that was sent before. A code is never sent twice (RFC 6749 §4.1.2)."""
    notes = context.notes
    if notes is None or notes.tried != consent.uid:
        return None
    if notes.consent == consent.uid:
        return SetReason(ConsentReason.AUTHORIZED)
    if notes.claimed_at is None:
        return SetReason(ConsentReason.CODE_REJECTED)
    is_over = notes.attempt == context.attempt or context.claim_abandoned
    blocked_until = None if is_over else claim_blocks_until(notes.claimed_at, context.now)
    return WaitUntil(blocked_until) if blocked_until is not None else SetReason(ConsentReason.CODE_LOST)


def _evaluate_response(
    consent: Consent, request: ConsentRequest, context: ConsentContext, keys: OperatorKeys
) -> ConsentAction:
    consent_response = _read_response(consent, request, keys)
    if consent_response is None:
        return SetReason(ConsentReason.RESPONSE_INVALID)
    deadline = consent.created + LIFETIME + CONFIRMATION_TIME
    if consent_response.error:
        return SetReason(ConsentReason.ACCESS_DENIED)
    if context.now >= deadline:
        return SetReason(ConsentReason.EXPIRED)
    if request.confirmation_required and not _is_confirmed(consent_response, consent.spec.confirmation):
        return SetReason(ConsentReason.AWAITING_CONFIRMATION, deadline)
    try:
        token_url = _token_url(context.connector, consent_response)
    except UnknownTokenHost:
        return SetReason(ConsentReason.RESPONSE_INVALID)
    verifier = SecretStr(keys.verifier(consent.uid)) if request.code_challenge else None
    identity = (consent.key.name, consent.uid, consent.spec.requested_by)
    return PendingCode(*identity, consent_response.code, request.redirect_uri, verifier, token_url)


def _read_response(consent: Consent, request: ConsentRequest, keys: OperatorKeys) -> ConsentResponse | None:
    """Return the response; nothing if it was not sealed for this consent, or is not one to its request."""
    try:
        consent_response = keys.unseal(consent.uid, consent.status.response or "")
    except UnsealError:
        return None
    return consent_response if _is_valid_response(consent_response, consent, request) else None


def _is_valid_response(consent_response: ConsentResponse, consent: Consent, request: ConsentRequest) -> bool:
    """Return whether a response is for this consent. The issuer of a denial was checked by who received it."""
    if not is_ticket_of(consent_response.ticket.get_secret_value(), consent.spec.ticket_hash):
        return False
    if consent_response.error:
        return True
    if consent_response.iss is None:
        return not request.iss_required
    return request.issuer is None or consent_response.iss == request.issuer


def _is_confirmed(consent_response: ConsentResponse, typed: str | None) -> bool:
    return typed is not None and hmac.compare_digest(
        normalize_confirmation(typed).encode(), normalize_confirmation(consent_response.confirmation).encode()
    )


def _token_url(connector: AnyConnector | None, consent_response: ConsentResponse) -> str | None:
    """Return the token endpoint at the host that the redirect names; nothing if it is that of the spec.

    The redirect may be forged. Raises `UnknownTokenHost`: code and client secret must not be sent to such a host.
    """
    provider = connector.spec.provider if isinstance(connector, Connector) else None
    callback = provider.known.callback if provider is not None and provider.known is not None else None
    if provider is None or callback is None:
        return None
    return find_named_token_url(provider, consent_response.parameters.get(callback.name))
