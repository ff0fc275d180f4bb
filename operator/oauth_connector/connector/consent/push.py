"""The evaluation of a question for a pushed authorization request (RFC 9126): a browser has come to a consent."""

from oauth_connector.api.v1alpha1.consent_request import ConsentRequest
from oauth_connector.connector.consent.observed import Consent, PushRequest
from oauth_connector.consent_protocol.consent_response import UnsealError
from oauth_connector.consent_protocol.operator_keys import OperatorKeys
from oauth_connector.consent_protocol.tickets import is_ticket_of


def find_question(consent: Consent, request: ConsentRequest, keys: OperatorKeys) -> PushRequest | None:
    """Return the question that waits for an answer, if it is one of the holder of the ticket."""
    push = consent.status.push
    if request.push_endpoint is None or push is None or push.response is not None:
        return None
    try:
        question = keys.open_push_question(consent.uid, push.request)
    except UnsealError:
        return None
    is_of_requester = is_ticket_of(question.ticket.get_secret_value(), consent.spec.ticket_hash)
    return PushRequest(question.ticket, question.state) if is_of_requester else None
