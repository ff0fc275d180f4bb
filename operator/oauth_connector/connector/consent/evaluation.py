"""The evaluation of an OAuthConsent: a function from the observed state to the next action.

The object brings the consent of a user from the browser to the operator. Each evaluation uses current values: the
connector may have been changed, the ticket may be wrong, the code may have been sent before.
"""

import hmac

from pydantic import SecretStr

from oauth_connector.api.v1alpha1.consent import Redirect
from oauth_connector.api.v1alpha1.consent_reasons import ConsentReason
from oauth_connector.api.v1alpha1.consent_request import LIFETIME, ConsentRequest
from oauth_connector.api.v1alpha1.spec import OAuthConnectorSpec
from oauth_connector.connector.consent.device import evaluate_device
from oauth_connector.connector.consent.observed import (
    Consent,
    ConsentAction,
    ConsentContext,
    FillRequest,
    SetReason,
    WaitUntil,
    find_shown_issuer,
)
from oauth_connector.connector.consent.push import find_question
from oauth_connector.connector.effective import UnknownTokenHost, find_named_token_url
from oauth_connector.connector.grant.claims import claim_blocks_until
from oauth_connector.connector.observation import AnyConnector, Connector, InvalidConnector, PendingCode
from oauth_connector.consent_protocol.consent_response import ConsentResponse, UnsealError
from oauth_connector.consent_protocol.operator_keys import OperatorKeys
from oauth_connector.consent_protocol.tickets import is_ticket_of, normalize_confirmation
from oauth_connector.oauth.grants.authorization_code import AuthorizationCode

CONFIRMATION_TIME = 300
"""Seconds after the deadline of the consent within which the confirmation code is still accepted."""


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
    if obstacle is not None or request is None:
        return SetReason(obstacle) if obstacle is not None else FillRequest()
    if request.device is not None:
        return evaluate_device(consent, request.device, context, keys)
    if not answered:
        return find_question(consent, request, keys) or SetReason(ConsentReason.AWAITING_USER, deadline)
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
    if consent.spec.redirect is not choose_redirect(spec):
        return ConsentReason.CONNECTOR_INVALID
    request = consent.status.request
    if request is None:
        return None
    current = context.request
    return None if current is not None and _is_unchanged(request, current) else ConsentReason.CONNECTOR_CHANGED


def choose_redirect(spec: OAuthConnectorSpec) -> Redirect:
    """Return which type of redirect a consent to a spec has."""
    if spec.is_polled:
        return Redirect.DEVICE
    return Redirect.LOOPBACK if spec.has_loopback_redirect else Redirect.HOSTED


def _is_unchanged(request: ConsentRequest, current: ConsentRequest) -> bool:
    """Return whether a request equals the one that would be written now.

    A comparison of digests is not enough. The digest is not secret, and another client with write access to status
    could have written a request first: without confirmation, or with a code challenge and an encryption key of its own.
    The codes of a device authorization are sealed instead: only the provider can make them.
    """
    return request.model_copy(update={"device": None}) == current.model_copy(update={"device": None})


def _evaluate_sent_code(consent: Consent, context: ConsentContext) -> ConsentAction | None:
    """Return the result of a code that was sent before. A code is never sent twice (RFC 6749 §4.1.2).

    A device code is: where the response to a poll is lost, the next one says what the server knows (RFC 8628 §3.5).
    """
    notes = context.notes
    if notes is None or notes.tried != consent.uid:
        return None
    if notes.consent == consent.uid:
        return SetReason(ConsentReason.AUTHORIZED)
    if notes.claimed_at is None:
        return SetReason(ConsentReason.CODE_REJECTED)
    is_over = notes.attempt == context.attempt or context.claim_abandoned
    blocked_until = None if is_over else claim_blocks_until(notes.claimed_at, context.now)
    if blocked_until is not None:
        return WaitUntil(blocked_until)
    return None if consent.spec.redirect is Redirect.DEVICE else SetReason(ConsentReason.CODE_LOST)


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
    grant = AuthorizationCode(consent_response.code, request.sent_redirect_uri, verifier)
    fields = _read_callback_fields(context.connector, consent_response)
    return PendingCode(
        *identity, grant, token_url, fields, find_shown_issuer(request, context), client_id=request.client_id
    )


def _read_callback_fields(connector: AnyConnector | None, consent_response: ConsentResponse) -> dict[str, SecretStr]:
    """Return the parameters of the redirect that are published; one with other characters than text is left out."""
    known = connector.spec.provider.known if isinstance(connector, Connector) else None
    given = consent_response.parameters
    names = [name for name in (known.callback_fields if known is not None else ()) if name in given]
    return {name: SecretStr(given[name]) for name in names if given[name].isprintable() and given[name]}


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
