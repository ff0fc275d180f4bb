"""Checks whether a browser may continue with a consent, in their order; the first failed check decides."""

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
"""The hash that is compared for an unknown consent, so that an unknown consent and a wrong ticket take equal time."""

REASON_FAILURES: Mapping[str, PageFailure] = {
    ConsentReason.EXPIRED: PageFailure.EXPIRED,
    ConsentReason.CONNECTOR_CHANGED: PageFailure.CHANGED,
}
"""Reasons that have a page of their own. For other reasons the page shows the message of the condition."""


def require_ticket(consent: ConsentView | None, ticket: str) -> ConsentView:
    """Return the consent if the ticket belongs to it.

    Raises `RequestStopped`, with the same failure for an unknown consent and a wrong ticket.
    """
    if not is_ticket_of(ticket, consent.spec.ticket_hash if consent else UNKNOWN_TICKET_HASH) or consent is None:
        raise RequestStopped(PageFailure.LINK_INVALID)
    return consent


def require_open(consent: ConsentView, now: datetime) -> ConsentView:
    """Return the consent if the user may still consent. Raises `RequestStopped`."""
    about = FailureDetails(connector=connector_of(consent))
    if consent.spec.redirect is Redirect.LOOPBACK:
        raise RequestStopped(PageFailure.LOOPBACK, about)
    if consent.ready is not None and consent.ready.status == "False":
        failure = REASON_FAILURES.get(consent.ready.reason, PageFailure.ENDED)
        details = FailureDetails(about.connector, message=consent.ready.message if failure is PageFailure.ENDED else "")
        raise RequestStopped(failure, details)
    if consent.response is not None:
        raise RequestStopped(PageFailure.USED, about)
    if now >= consent.deadline:
        raise RequestStopped(PageFailure.EXPIRED, about)
    return consent


def is_own_redirect_uri(consent: ConsentView, request: ConsentRequest, public: str) -> bool:
    """Return whether the redirect URI is that of the connector at this server."""
    path = callback_path(consent.name.namespace, consent.spec.connector_name)
    try:
        return origin(request.redirect_uri) == public and urlsplit(request.redirect_uri).path == path
    except ValueError:
        return False


def connector_of(consent: ConsentView) -> ObjectKey:
    """Return the connector of a consent."""
    return ObjectKey(consent.name.namespace, consent.spec.connector_name)
