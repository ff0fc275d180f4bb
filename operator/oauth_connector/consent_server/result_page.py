"""The last page: the confirmation code, and how it ends. It looks at the consent as often as the script asks."""

from enum import StrEnum

from aiohttp import web

from oauth_connector.consent_protocol.tickets import is_ticket_of
from oauth_connector.consent_server import access_checks as judging
from oauth_connector.consent_server.consents import Consent
from oauth_connector.consent_server.cookies import Outcome, read_outcome
from oauth_connector.consent_server.failures import Failure, Stopped
from oauth_connector.consent_server.names import Name
from oauth_connector.consent_server.site import Site


class Phase(StrEnum):
    """How far it is, once the provider has answered."""

    CONFIRM = "Confirm"
    WORKING = "Working"
    CONNECTED = "Connected"
    FAILED = "Failed"


class Finish:
    """Handlers of the last page, and of what it asks while it waits."""

    def __init__(self, site: Site) -> None:
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

    async def _read(self, request: web.Request) -> tuple[Consent, Outcome]:
        """Read the consent that this browser has brought an answer to. Raises `Stopped`, `Unavailable`."""
        name = self._site.named(request)
        self._site.admit(request)
        outcome = self._outcome(request, name)
        self._site.admit(request, name)
        consent = await self._site.consents.read(name)
        if consent is None or consent.uid != outcome.uid or not _opens(outcome, consent):
            raise Stopped(Failure.NOTHING_TO_SHOW)
        return consent, outcome

    def _outcome(self, request: web.Request, name: Name) -> Outcome:
        cookie = self._site.cookies.one(request, self._site.cookies.of_outcome(name))
        outcome = read_outcome(cookie) if cookie else None
        if outcome is None:
            raise Stopped(Failure.NOTHING_TO_SHOW)
        return outcome


def phase(consent: Consent) -> Phase:
    """Tell how far a consent is that has its answer."""
    status = consent.ready.status if consent.ready else "Unknown"
    if status != "Unknown":
        return Phase.CONNECTED if status == "True" else Phase.FAILED
    asked = consent.request is not None and consent.request.confirmation_required
    return Phase.CONFIRM if asked and consent.spec.confirmation is None else Phase.WORKING


def _opens(outcome: Outcome, consent: Consent) -> bool:
    return is_ticket_of(outcome.ticket.get_secret_value(), consent.spec.ticket_hash)
