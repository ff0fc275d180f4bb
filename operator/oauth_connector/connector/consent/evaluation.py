"""What becomes of an OAuthConsent: one function from what is known to what is to be done about it.

The object carries a person's yes from the requester through the browser to here. Each step is judged anew from live
values: a connector that was changed meanwhile, a ticket that is not the requester's, a code that was sent before.
"""

import hmac
from dataclasses import dataclass

from pydantic import SecretStr

from oauth_connector.api.v1alpha1.conditions import find_condition
from oauth_connector.api.v1alpha1.consent import KEPT, OAuthConsentSpec, OAuthConsentStatus, Redirect
from oauth_connector.api.v1alpha1.consent_reasons import ConsentReason
from oauth_connector.api.v1alpha1.consent_request import LIFETIME, ConsentRequest
from oauth_connector.connector.grant.claims import claim_blocks_until
from oauth_connector.connector.observation import Connector, Key, PendingCode
from oauth_connector.connector.secret.metadata import GrantSummary
from oauth_connector.connector.status.problem import Problem
from oauth_connector.consent_protocol.sealing import ConsentKeys, ConsentResponse, UnsealError
from oauth_connector.consent_protocol.tickets import is_ticket_of, normalised
from oauth_connector.oauth.grants.registry import GrantType

ANSWERED = 300
"""Seconds after the last moment for consent within which the confirmation may still be typed."""

UNDER_WAY = frozenset({ConsentReason.AWAITING_USER, ConsentReason.AWAITING_CONFIRMATION})


@dataclass(frozen=True, slots=True)
class Consent:
    """An OAuthConsent, trimmed to what is needed; `created` in seconds since the epoch."""

    key: Key
    uid: str
    resource_version: str
    generation: int
    created: int
    spec: OAuthConsentSpec
    status: OAuthConsentStatus

    @property
    def connector(self) -> Key:
        """Give the connector that it is for."""
        return Key(self.key.namespace, self.spec.connector_name)

    @property
    def reason(self) -> ConsentReason | None:
        """Give how far it is, as its status tells."""
        ready = find_condition(self.status.conditions, "Ready")
        return ready.reason if ready is not None else None

    @property
    def told(self) -> int:
        """Give the generation that its status is about: a code that was typed wrongly is answered by it."""
        ready = find_condition(self.status.conditions, "Ready")
        return ready.observed_generation if ready is not None else 0

    @property
    def concluded(self) -> bool:
        """Tell whether nothing will come of it any more, or all has."""
        return self.reason is not None and self.reason not in UNDER_WAY


@dataclass(frozen=True, slots=True)
class ConsentContext:
    """What a consent is judged by: the connector and the link as they would be now, the grant, the time.

    `attempt` is the last claim of this process, which it knows the end of; `problem` is what kept a code from being
    sent, where something did.
    """

    connector: Connector | None
    now: float
    request: ConsentRequest | None = None
    notes: GrantSummary | None = None
    attempt: str | None = None
    problem: Problem | None = None


# --- what may be said of it -----------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class FillRequest:
    """Write what the link is made of."""


@dataclass(frozen=True, slots=True)
class SetReason:
    """Say how far it is, and look again at a time, if nothing happens before."""

    reason: ConsentReason
    look: float | None = None


@dataclass(frozen=True, slots=True)
class DeleteConsent:
    """It has been there long enough."""


@dataclass(frozen=True, slots=True)
class WaitUntil:
    """Leave it as it is until a time."""

    until: float


Verdict = FillRequest | SetReason | DeleteConsent | WaitUntil | PendingCode


def judge(consent: Consent, situation: ConsentContext, keys: ConsentKeys) -> Verdict:
    """Say what is to be done about a consent."""
    if consent.concluded:
        gone = consent.created + KEPT
        return DeleteConsent() if gone <= situation.now else WaitUntil(gone)
    tried = _of_state(consent, situation)
    if tried is not None:
        return tried
    request, last = consent.status.request, consent.created + LIFETIME
    answered = consent.status.response is not None and request is not None
    if not answered and situation.now >= last:
        return SetReason(ConsentReason.EXPIRED)
    hindrance = why_not(consent, situation)
    if hindrance is not None:
        return SetReason(hindrance)
    if request is None or not answered:
        return FillRequest() if request is None else SetReason(ConsentReason.AWAITING_USER, last)
    return _opened(consent, request, situation, keys)


def why_not(consent: Consent, situation: ConsentContext) -> ConsentReason | None:
    """Say why a consent cannot be gone on with, or nothing where it can."""
    connector = situation.connector
    if connector is None or connector.deleting:
        return ConsentReason.CONNECTOR_NOT_FOUND
    spec = connector.spec
    if isinstance(spec, tuple) or spec.grant_type is not GrantType.AUTHORIZATION_CODE:
        return ConsentReason.CONNECTOR_INVALID
    if spec.suspend:
        return ConsentReason.CONNECTOR_SUSPENDED
    if spec.uses_loopback_redirect != (consent.spec.redirect is Redirect.LOOPBACK):
        return ConsentReason.CONNECTOR_INVALID
    request = consent.status.request
    if request is None:
        return None
    current = situation.request
    return None if current is not None and _is_still_ours(request, current) else ConsentReason.CONNECTOR_CHANGED


def _is_still_ours(request: ConsentRequest, current: ConsentRequest) -> bool:
    """Tell whether a request is to the letter what would be written now; which Secret it ends in is no part of it.

    The digest alone would not do. It is no secret, and whoever else may write status could have been quicker: with a
    request that asks for no confirmation, or with a challenge and a key of their own.
    """
    return request.model_copy(update={"secret_name": current.secret_name}) == current


def _of_state(consent: Consent, situation: ConsentContext) -> Verdict | None:
    """Say what became of a code that was sent before: it is never sent again (RFC 6749 §4.1.2)."""
    notes = situation.notes
    if notes is None or notes.tried != consent.uid:
        return None
    if notes.consent == consent.uid:
        return SetReason(ConsentReason.AUTHORIZED)
    if notes.claimed_at is None:
        return SetReason(ConsentReason.CODE_REJECTED)
    rests = None if notes.attempt == situation.attempt else claim_blocks_until(notes.claimed_at, situation.now)
    return WaitUntil(rests) if rests is not None else SetReason(ConsentReason.CODE_LOST)


def _opened(consent: Consent, request: ConsentRequest, situation: ConsentContext, keys: ConsentKeys) -> Verdict:
    try:
        answer = keys.open(consent.uid, consent.status.response or "")
    except UnsealError:
        return SetReason(ConsentReason.RESPONSE_INVALID)
    last = consent.created + LIFETIME + ANSWERED
    if not _is_right(answer, consent, request):
        return SetReason(ConsentReason.RESPONSE_INVALID)
    if situation.now >= last:
        return SetReason(ConsentReason.EXPIRED)
    if request.confirmation_required and not _is_confirmed(answer, consent.spec.confirmation):
        return SetReason(ConsentReason.AWAITING_CONFIRMATION, last)
    try:
        token_url = _token_url(situation.connector, answer)
    except _UnknownHost:
        return SetReason(ConsentReason.RESPONSE_INVALID)
    verifier = SecretStr(keys.verifier(consent.uid)) if request.code_challenge else None
    named = (consent.key.name, consent.uid, consent.spec.requested_by)
    return PendingCode(*named, answer.code, request.redirect_uri, verifier, token_url)


def _is_right(answer: ConsentResponse, consent: Consent, request: ConsentRequest) -> bool:
    if not is_ticket_of(answer.ticket.get_secret_value(), consent.spec.ticket_hash):
        return False
    if answer.iss is None:
        return not request.iss_required
    return request.issuer is None or answer.iss == request.issuer


def _is_confirmed(answer: ConsentResponse, typed: str | None) -> bool:
    return typed is not None and hmac.compare_digest(normalised(typed), normalised(answer.confirmation))


class _UnknownHost(Exception):  # noqa: N818  # named for what is so
    """The redirect names a token host that the preset does not know."""


def _token_url(connector: Connector | None, answer: ConsentResponse) -> str | None:
    """Give the token endpoint at the host that the provider's redirect names; nothing where it is the spec's own.

    Whoever made the redirect chose that host. Raises `_UnknownHost` for one that the preset does not list: the code and
    the client's secret must not go there.
    """
    provider = connector.valid_spec.provider if connector is not None else None
    callback = provider.known.callback if provider is not None and provider.known is not None else None
    configured = provider.effective_token_url if provider is not None else None
    if callback is None or configured is None:
        return None
    found = callback.token_url(configured, answer.parameters.get(callback.name))
    own = provider is not None and provider.token_url is not None
    if found is None or (own and found != configured):
        raise _UnknownHost
    return found if found != configured else None
