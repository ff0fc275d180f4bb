"""The way back: what the provider sends with the browser is checked, sealed for the operator, and handed over.

Without the cookie of the flow nothing is read and nothing consumed. An error of the provider's writes nothing, so that
the person may begin again with the same link.
"""

import asyncio
import hmac
from http import HTTPStatus

import structlog
from aiohttp import web

from oauth_connector.api.v1alpha1.consent import LONGEST_RESPONSE
from oauth_connector.api.v1alpha1.consent_request import LIFETIME, ConsentRequest
from oauth_connector.consent_protocol.addresses import connect_path
from oauth_connector.consent_protocol.sealing import ConsentResponse, seal
from oauth_connector.consent_protocol.tickets import TICKET, new_confirmation
from oauth_connector.consent_server import access_checks as judging
from oauth_connector.consent_server.consent_store import AlreadyAnswered, OpenConsent, Unavailable
from oauth_connector.consent_server.cookies import FlowCookie, OutcomeCookie, read_flow, write_outcome
from oauth_connector.consent_server.failures import About, PageFailure, RequestStopped
from oauth_connector.consent_server.object_key import Name
from oauth_connector.consent_server.pages import describe_denial
from oauth_connector.consent_server.server_context import ConsentSite
from oauth_connector.oauth.authorization import Denied, Flaw, Granted

TRIES, PAUSE = 8, 0.05
"""The operator, and the requester's kubectl, may write the consent at the same moment: then it is looked at anew, after
a pause in seconds that grows by itself each time.
"""

log = structlog.get_logger(__name__)


class CallbackPage:
    """The handler of redirect URIs."""

    def __init__(self, site: ConsentSite) -> None:
        self._site = site

    async def returned(self, request: web.Request) -> web.Response:
        """Take what the provider sent, once."""
        connector = self._site.named(request)
        self._site.admit(request)
        _navigated(request)
        flow = self._flow(request, connector)
        self._site.admit(request, flow.name)
        cookie = self._site.cookies.of_flow(flow.state.get_secret_value())
        consent, asked = await self._current(connector, flow)
        granted = _granted(request, asked, About(connector, forget=(cookie,)))
        return self._onward(flow, cookie, await self._hand_over(flow, granted, consent, asked))

    def _flow(self, request: web.Request, connector: Name) -> FlowCookie:
        """Find the flow of this browser that `state` belongs to, without an API request. Raises `RequestStopped`."""
        given = request.query.getall("state", [])
        state = given[0] if len(given) == 1 and TICKET.fullmatch(given[0]) else ""
        cookie = self._site.cookies.one(request, self._site.cookies.of_flow(state)) if state else None
        flow = read_flow(cookie) if cookie else None
        if flow is None or not hmac.compare_digest(flow.state.get_secret_value(), state):
            raise RequestStopped(PageFailure.FLOW_LOST, About(connector))
        return flow

    async def _current(self, connector: Name, flow: FlowCookie) -> tuple[OpenConsent, ConsentRequest]:
        """Read the flow's consent; it must be what the user saw. Raises `RequestStopped`, `Unavailable`."""
        consent = judging.proved(await self._site.consents.read(flow.name), flow.ticket.get_secret_value())
        if consent.uid != flow.uid:
            raise RequestStopped(PageFailure.LINK_INVALID)
        if judging.connector_of(consent) != connector:
            raise RequestStopped(PageFailure.WRONG_PLACE, About(judging.connector_of(consent)))
        judging.open_for(consent, self._site.now())
        if consent.request is None or not hmac.compare_digest(consent.request.digest.encode(), flow.digest.encode()):
            raise RequestStopped(PageFailure.CHANGED, About(connector))
        return consent, consent.request

    async def _hand_over(self, flow: FlowCookie, granted: Granted, consent: OpenConsent, asked: ConsentRequest) -> str:
        """Seal the answer and write it; gives the confirmation code. Raises `RequestStopped`, `Unavailable`."""
        confirmation = new_confirmation(self._site.randomness)
        answer = ConsentResponse(granted.code, flow.ticket, confirmation, granted.iss, granted.extra)
        sealed = seal(answer, asked.encryption_key)
        if len(sealed) > LONGEST_RESPONSE:
            raise RequestStopped(PageFailure.MALFORMED, About(judging.connector_of(consent)))
        for attempt in range(1, TRIES + 1):
            try:
                await self._site.consents.answer(consent, sealed)
            except Unavailable:
                if not await self._is_there(consent, sealed):  # it may have been written all the same
                    raise
            except AlreadyAnswered:
                await asyncio.sleep(PAUSE * attempt)
                consent, _ = await self._current(judging.connector_of(consent), flow)
                continue
            log.info("an answer was handed over", consent=str(consent.name))
            return confirmation
        raise Unavailable("the consent changes all the time")

    async def _is_there(self, consent: OpenConsent, sealed: str) -> bool:
        now = await self._site.consents.read(consent.name)
        return now is not None and now.uid == consent.uid and now.response == sealed

    def _onward(self, flow: FlowCookie, cookie: str, confirmation: str) -> web.Response:
        """Leave the address with the code behind."""
        cookies, name = self._site.cookies, flow.name
        location = f"{connect_path(name.namespace, name.name)}/done"
        response = web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": location})
        cookies.clear(response, cookie)
        outcome = OutcomeCookie(flow.uid, flow.ticket, confirmation)
        cookies.put(response, cookies.of_outcome(name), write_outcome(outcome), LIFETIME)
        return response


def _navigated(request: web.Request) -> None:
    """Let only a person's own navigation in: no prefetch, no frame, no image. Raises `RequestStopped`."""
    purpose = " ".join(request.headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Moz"))
    if "prefetch" in purpose or request.headers.get("Sec-Fetch-Dest", "document") != "document":
        raise RequestStopped(PageFailure.PREFETCHED)


def _granted(request: web.Request, asked: ConsentRequest, about: About) -> Granted:
    """Understand the query. Raises `RequestStopped`: this flow is over then, the consent is not."""
    match asked.understand(request.query.items()):
        case Granted() as granted:
            return granted
        case Denied(error):
            raise RequestStopped(PageFailure.DENIED, describe_denial(error, about))
        case Flaw.ISSUER_MISMATCH | Flaw.ISSUER_MISSING:
            raise RequestStopped(PageFailure.ISSUER_MISMATCH, about)
    raise RequestStopped(PageFailure.MALFORMED, about)
