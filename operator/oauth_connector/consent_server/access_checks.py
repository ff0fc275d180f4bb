"""May a person go on with this consent? Each question in its order; the first answer decides."""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlsplit

from oauth_connector.api.schema.origins import origin
from oauth_connector.api.v1alpha1.consent import Redirect
from oauth_connector.api.v1alpha1.consent_reasons import ConsentReason
from oauth_connector.api.v1alpha1.consent_request import ConsentRequest
from oauth_connector.consent_protocol.addresses import callback_path
from oauth_connector.consent_protocol.tickets import is_ticket_of
from oauth_connector.consent_server.consent_store import ConsentView
from oauth_connector.consent_server.failures import FailureDetails, PageFailure, RequestStopped
from oauth_connector.consent_server.object_key import ObjectKey

UNKNOWN_TICKET_HASH = "sha256:" + "0" * 64
"""Compared with where there is no consent: unknown and forbidden are alike in what they say and in what they cost."""

REASON_FAILURES: Mapping[str, PageFailure] = {
    ConsentReason.EXPIRED: PageFailure.EXPIRED,
    ConsentReason.CONNECTOR_CHANGED: PageFailure.CHANGED,
}
"""What the operator has found before us, and a page of ours tells better than its sentence: start again, no more."""


def require_ticket(consent: ConsentView | None, ticket: str) -> ConsentView:
    """Give the consent that a ticket opens. Raises `RequestStopped`, the same for no consent as for a wrong ticket."""
    if not is_ticket_of(ticket, consent.spec.ticket_hash if consent else UNKNOWN_TICKET_HASH) or consent is None:
        raise RequestStopped(PageFailure.LINK_INVALID)
    return consent


def require_open(consent: ConsentView, now: datetime) -> ConsentView:
    """Give a consent that may still be given. Raises `RequestStopped`."""
    about = FailureDetails(connector=connector_of(consent))
    if consent.spec.redirect is Redirect.LOOPBACK:
        raise RequestStopped(PageFailure.LOOPBACK, about)
    if consent.ready is not None and consent.ready.status == "False":
        failure = REASON_FAILURES.get(consent.ready.reason, PageFailure.ENDED)
        told = FailureDetails(about.connector, message=consent.ready.message if failure is PageFailure.ENDED else "")
        raise RequestStopped(failure, told)
    if consent.response is not None:
        raise RequestStopped(PageFailure.USED, about)
    if now >= consent.deadline:
        raise RequestStopped(PageFailure.EXPIRED, about)
    return consent


def is_own_redirect_uri(consent: ConsentView, request: ConsentRequest, public: str) -> bool:
    """Tell whether the provider sends the browser back to us, to this connector's own path."""
    path = callback_path(consent.name.namespace, consent.spec.connector_name)
    try:
        return origin(request.redirect_uri) == public and urlsplit(request.redirect_uri).path == path
    except ValueError:
        return False


def connector_of(consent: ConsentView) -> ObjectKey:
    """Give the connector that a consent is for."""
    return ObjectKey(consent.name.namespace, consent.spec.connector_name)
