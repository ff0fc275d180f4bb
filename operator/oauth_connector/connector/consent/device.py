"""The evaluation of a consent without a redirect: the operator polls until the user has decided (RFC 8628 §3.4)."""

from collections.abc import Mapping

from oauth_connector.api.v1alpha1.consent_reasons import ConsentReason
from oauth_connector.api.v1alpha1.device_request import DeviceRequest, describe_shown
from oauth_connector.connector.consent.observed import Consent, ConsentContext, SetReason, find_shown_issuer
from oauth_connector.connector.observation import PendingCode
from oauth_connector.consent_protocol.consent_response import UnsealError
from oauth_connector.consent_protocol.operator_keys import OperatorKeys
from oauth_connector.oauth.device_authorization import PollAnswer
from oauth_connector.oauth.grants.device_code import DeviceCode

ENDED_BY_POLL: Mapping[PollAnswer, ConsentReason] = {
    PollAnswer.DENIED: ConsentReason.ACCESS_DENIED,
    PollAnswer.EXPIRED: ConsentReason.EXPIRED,
}
"""The reasons of consents whose device codes are of no further use."""


def evaluate_device(
    consent: Consent, device: DeviceRequest, context: ConsentContext, keys: OperatorKeys
) -> SetReason | PendingCode:
    """Return the next action: present the device code once its interval has passed, until it expires."""
    expires = device.expiration_time.timestamp()
    if context.now >= expires:
        return SetReason(ConsentReason.EXPIRED)
    if context.next_poll is not None and context.now < context.next_poll:
        return SetReason(ConsentReason.AWAITING_USER, min(context.next_poll, expires))
    shown = describe_shown(device.user_code, device.verification_uri, device.complete_uri)
    try:
        code = keys.open_device_code(consent.uid, device.sealed_code, shown)
    except UnsealError:
        return SetReason(ConsentReason.RESPONSE_INVALID)
    request = consent.status.request
    issuer = find_shown_issuer(request, context) if request is not None else None
    return PendingCode(consent.key.name, consent.uid, consent.spec.requested_by, DeviceCode(code), issuer=issuer)
