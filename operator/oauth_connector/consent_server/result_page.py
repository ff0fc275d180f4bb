"""The last page: the confirmation code, and how it ends. It looks at the consent as often as the script asks."""

from enum import StrEnum

from aiohttp import web

from oauth_connector.consent_protocol.tickets import is_ticket_of
from oauth_connector.consent_server import access_checks as judging
from oauth_connector.consent_server.consent_store import OpenConsent
from oauth_connector.consent_server.cookies import OutcomeCookie, read_outcome
from oauth_connector.consent_server.failures import PageFailure, RequestStopped
from oauth_connector.consent_server.object_key import Name
from oauth_connector.consent_server.server_context import ConsentSite


class ConsentPhase(StrEnum):
    """How far it is, once the provider has answered."""

    CONFIRM = "Confirm"
    WORKING = "Working"
    AUTHORIZED = "Connected"
    FAILED = "Failed"


class ResultPage:
    """Handlers of the last page, and of what it asks while it waits."""

    def __init__(self, site: ConsentSite) -> None:
        self._site = site

    async def done(self, request: web.Request) -> web.Response:
        """Show the code, or the end."""
        consent, outcome = await self._read(request)
        stage = phase(consent)
        return self._site.pages.show(
            "done",
            connector=judging.connector_of(consent),
            consent=consent,
            phase=stage,
            confirms=consent.request is not None and consent.request.confirmation_required,
            confirmation=outcome.confirmation,
            message=consent.ready.message if consent.ready else "",
        )

    async def status(self, request: web.Request) -> web.Response:
        """Tell how far it is, as JSON."""
        consent, _ = await self._read(request)
        return web.json_response({"phase": phase(consent)})

    async def _read(self, request: web.Request) -> tuple[OpenConsent, OutcomeCookie]:
        """Read the consent that this browser has brought an answer to. Raises `RequestStopped`, `Unavailable`."""
        name = self._site.named(request)
        self._site.admit(request)
        outcome = self._outcome(request, name)
        self._site.admit(request, name)
        consent = await self._site.consents.read(name)
        if consent is None or consent.uid != outcome.uid or not _opens(outcome, consent):
            raise RequestStopped(PageFailure.NOTHING_TO_SHOW)
        return consent, outcome

    def _outcome(self, request: web.Request, name: Name) -> OutcomeCookie:
        cookie = self._site.cookies.one(request, self._site.cookies.of_outcome(name))
        outcome = read_outcome(cookie) if cookie else None
        if outcome is None:
            raise RequestStopped(PageFailure.NOTHING_TO_SHOW)
        return outcome


def phase(consent: OpenConsent) -> ConsentPhase:
    """Tell how far a consent is that has its answer."""
    status = consent.ready.status if consent.ready else "Unknown"
    if status != "Unknown":
        return ConsentPhase.AUTHORIZED if status == "True" else ConsentPhase.FAILED
    asked = consent.request is not None and consent.request.confirmation_required
    return ConsentPhase.CONFIRM if asked and consent.spec.confirmation is None else ConsentPhase.WORKING


def _opens(outcome: OutcomeCookie, consent: OpenConsent) -> bool:
    return is_ticket_of(outcome.ticket.get_secret_value(), consent.spec.ticket_hash)
