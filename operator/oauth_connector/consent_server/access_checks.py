"""May a person go on with this consent? Each question in its order; the first answer decides."""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlsplit

from oauth_connector.api.schema.origins import origin
from oauth_connector.api.v1alpha1.consent import ConsentReason, ConsentRequest, Redirect
from oauth_connector.consent_protocol.addresses import callback_path
from oauth_connector.consent_protocol.tickets import is_ticket_of
from oauth_connector.consent_server.consents import Consent
from oauth_connector.consent_server.failures import About, Failure, Stopped
from oauth_connector.consent_server.names import Name

NOBODY = "sha256:" + "0" * 64
"""Compared with where there is no consent: unknown and forbidden are alike in what they say and in what they cost."""

ENDS: Mapping[str, Failure] = {
    ConsentReason.EXPIRED: Failure.EXPIRED,
    ConsentReason.CONNECTOR_CHANGED: Failure.CHANGED,
}
"""What the operator has found before us, and a page of ours tells better than its sentence: start again, no more."""


def proved(consent: Consent | None, ticket: str) -> Consent:
    """Give the consent that a ticket opens. Raises `Stopped`, the same where there is none as where it is another's."""
    if not is_ticket_of(ticket, consent.spec.ticket_hash if consent else NOBODY) or consent is None:
        raise Stopped(Failure.LINK_INVALID)
    return consent


def open_for(consent: Consent, now: datetime) -> Consent:
    """Give a consent that may still be given. Raises `Stopped`."""
    about = About(connector=connector_of(consent))
    if consent.spec.redirect is Redirect.LOOPBACK:
        raise Stopped(Failure.LOOPBACK, about)
    if consent.ready is not None and consent.ready.status == "False":
        failure = ENDS.get(consent.ready.reason, Failure.ENDED)
        told = About(about.connector, message=consent.ready.message if failure is Failure.ENDED else "")
        raise Stopped(failure, told)
    if consent.response is not None:
        raise Stopped(Failure.USED, about)
    if now >= consent.deadline:
        raise Stopped(Failure.EXPIRED, about)
    return consent


def leads_back(consent: Consent, request: ConsentRequest, public: str) -> bool:
    """Tell whether the provider sends the browser back to us, to this connector's own path."""
    path = callback_path(consent.name.namespace, consent.spec.connector_name)
    try:
        return origin(request.redirect_uri) == public and urlsplit(request.redirect_uri).path == path
    except ValueError:
        return False


def connector_of(consent: Consent) -> Name:
    """Give the connector that a consent is for."""
    return Name(consent.name.namespace, consent.spec.connector_name)
