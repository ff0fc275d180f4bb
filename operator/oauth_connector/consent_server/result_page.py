"""The last page: the confirmation code, then the result. The script of the page polls the phase."""

from enum import StrEnum

from aiohttp import web

from oauth_connector.consent_protocol.tickets import is_ticket_of
from oauth_connector.consent_server import access_checks
from oauth_connector.consent_server.consent_store import ConsentView
from oauth_connector.consent_server.cookies import OutcomeCookie, decode_outcome
from oauth_connector.consent_server.failures import PageFailure, RequestStopped
from oauth_connector.consent_server.object_key import ObjectKey
from oauth_connector.consent_server.server_context import ServerContext


class ConsentPhase(StrEnum):
    """The state of a flow after the redirect of the provider."""

    CONFIRM = "Confirm"
    WORKING = "Working"
    AUTHORIZED = "Authorized"
    FAILED = "Failed"


class ResultPage:
    """Handlers of the last page and of its polling."""

    def __init__(self, context: ServerContext) -> None:
        self._context = context

    async def show_result(self, request: web.Request) -> web.Response:
        """Show the code or the result."""
        consent, outcome = await self._read_consent(request)
        phase = consent_phase(consent)
        return self._context.pages.render(
            "done",
            connector=access_checks.connector_of(consent),
            consent=consent,
            phase=phase,
            confirms=consent.request is not None and consent.request.confirmation_required,
            confirmation=outcome.confirmation,
            message=consent.ready.message if consent.ready else "",
        )

    async def report_phase(self, request: web.Request) -> web.Response:
        """Return the phase as JSON."""
        consent, _ = await self._read_consent(request)
        return web.json_response({"phase": consent_phase(consent)})

    async def _read_consent(self, request: web.Request) -> tuple[ConsentView, OutcomeCookie]:
        """Read the consent whose response this browser delivered. Raises `RequestStopped`, `APIUnavailable`."""
        name = self._context.object_key(request)
        with self._context.count_early_refusals(request):
            outcome = self._read_outcome(request, name)
        self._context.enforce_rate_limit(request, outcome.ticket)
        consent = await self._context.consents.read(name)
        if consent is None or consent.uid != outcome.uid or not _has_ticket(outcome, consent):
            raise RequestStopped(PageFailure.NOTHING_TO_SHOW)
        return consent, outcome

    def _read_outcome(self, request: web.Request, name: ObjectKey) -> OutcomeCookie:
        cookie = self._context.cookies.read(request, self._context.cookies.outcome_name(name))
        outcome = decode_outcome(cookie) if cookie else None
        if outcome is None:
            raise RequestStopped(PageFailure.NOTHING_TO_SHOW)
        return outcome


def consent_phase(consent: ConsentView) -> ConsentPhase:
    """Return the phase of a consent with a response."""
    status = consent.ready.status if consent.ready else "Unknown"
    if status != "Unknown":
        return ConsentPhase.AUTHORIZED if status == "True" else ConsentPhase.FAILED
    needs_confirmation = consent.request is not None and consent.request.confirmation_required
    return ConsentPhase.CONFIRM if needs_confirmation and consent.spec.confirmation is None else ConsentPhase.WORKING


def _has_ticket(outcome: OutcomeCookie, consent: ConsentView) -> bool:
    return is_ticket_of(outcome.ticket.get_secret_value(), consent.spec.ticket_hash)
