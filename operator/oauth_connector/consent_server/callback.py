"""The redirect URI: checks the authorization response (RFC 6749 §4.1.2), seals it for the operator and stores it.

Without the cookie of the flow no API request is sent. A denial is stored too, so that the command ends. Any other error
response is not stored, so that the user can start again with the same link.
"""

import asyncio
import hmac
from http import HTTPStatus

import structlog
from aiohttp import web
from pydantic import SecretStr

from oauth_connector.api.v1alpha1.consent import LONGEST_RESPONSE
from oauth_connector.api.v1alpha1.consent_request import LIFETIME, ConsentRequest
from oauth_connector.consent_protocol.addresses import result_path
from oauth_connector.consent_protocol.consent_response import ConsentResponse
from oauth_connector.consent_protocol.sealing import seal
from oauth_connector.consent_protocol.tickets import TICKET, new_confirmation
from oauth_connector.consent_server import access_checks
from oauth_connector.consent_server.consent_store import APIUnavailable, ConsentModified, ConsentView
from oauth_connector.consent_server.cookies import FlowCookie, OutcomeCookie, decode_flow, encode_outcome
from oauth_connector.consent_server.failures import FailureDetails, PageFailure, RequestStopped
from oauth_connector.consent_server.object_key import ObjectKey
from oauth_connector.consent_server.pages import describe_denial
from oauth_connector.consent_server.server_context import ServerContext
from oauth_connector.oauth.authorization import ACCESS_DENIED, AuthorizationDenied, AuthorizationGranted, RedirectFlaw

MAX_ATTEMPTS, PAUSE = 8, 0.05
"""The operator and the plugin may write the consent at the same time. Then it is read again after a pause: PAUSE
seconds, multiplied by the number of attempts.
"""

AuthorizationAnswer = AuthorizationGranted | AuthorizationDenied | RedirectFlaw

log = structlog.get_logger(__name__)


class CallbackPage:
    """The handler of the redirect URIs of hosted connectors."""

    def __init__(self, context: ServerContext) -> None:
        self._context = context

    async def receive_redirect(self, request: web.Request) -> web.Response:
        """Receive an authorization response, once."""
        connector = self._context.object_key(request)
        with self._context.count_early_refusals(request):
            _require_navigation(request)
            flow = self._read_flow(request, connector)
        self._context.enforce_rate_limit(request, flow.ticket)
        cookie = self._context.cookies.flow_name(flow.state.get_secret_value())
        consent, authorization_request = await self._read_consent(connector, flow)
        about = FailureDetails(connector, forget=(cookie,))
        response = self._build_response(flow, authorization_request.understand(request.query.items()), about)
        await self._submit_response(flow, response, consent, authorization_request)
        if response.error:
            raise RequestStopped(PageFailure.DENIED, describe_denial(response.error, about))
        return self._redirect_to_result(flow, cookie, response.confirmation)

    def _read_flow(self, request: web.Request, connector: ObjectKey) -> FlowCookie:
        """Return the flow of this browser with this `state`, without an API request. Raises `RequestStopped`."""
        given = request.query.getall("state", [])
        state = given[0] if len(given) == 1 and TICKET.fullmatch(given[0]) else ""
        cookie = self._context.cookies.read(request, self._context.cookies.flow_name(state)) if state else None
        flow = decode_flow(cookie) if cookie else None
        if flow is None or not hmac.compare_digest(flow.state.get_secret_value(), state):
            raise RequestStopped(PageFailure.FLOW_LOST, FailureDetails(connector))
        return flow

    async def _read_consent(self, connector: ObjectKey, flow: FlowCookie) -> tuple[ConsentView, ConsentRequest]:
        """Read the consent of a flow, and check that it is what the user saw.

        Raises `RequestStopped`, `APIUnavailable`.
        """
        consent = access_checks.require_ticket(
            await self._context.consents.read(flow.name), flow.ticket.get_secret_value()
        )
        if consent.uid != flow.uid:
            raise RequestStopped(PageFailure.LINK_INVALID)
        if access_checks.connector_of(consent) != connector:
            raise RequestStopped(PageFailure.WRONG_PLACE, FailureDetails(access_checks.connector_of(consent)))
        access_checks.require_open(consent, self._context.now())
        if consent.request is None or not hmac.compare_digest(consent.request.digest.encode(), flow.digest.encode()):
            raise RequestStopped(PageFailure.CHANGED, FailureDetails(connector))
        return consent, consent.request

    def _build_response(self, flow: FlowCookie, answer: AuthorizationAnswer, about: FailureDetails) -> ConsentResponse:
        """Return what is stored: a code, or a denial. Raises `RequestStopped` for others, which end only this flow."""
        match answer:
            case AuthorizationGranted(code, iss, extra):
                return ConsentResponse(code, flow.ticket, new_confirmation(self._context.randomness), iss, extra)
            case AuthorizationDenied(error) if error == ACCESS_DENIED:
                return ConsentResponse(SecretStr(""), flow.ticket, "", error=error)
            case AuthorizationDenied(error):
                raise RequestStopped(PageFailure.DENIED, describe_denial(error, about))
            case RedirectFlaw.ISSUER_MISMATCH | RedirectFlaw.ISSUER_MISSING:
                raise RequestStopped(PageFailure.ISSUER_MISMATCH, about)
        raise RequestStopped(PageFailure.MALFORMED, about)

    async def _submit_response(
        self, flow: FlowCookie, response: ConsentResponse, consent: ConsentView, authorization_request: ConsentRequest
    ) -> None:
        """Seal a response and store it. Raises `RequestStopped`, `APIUnavailable`."""
        sealed = seal(response, authorization_request.encryption_key)
        if len(sealed) > LONGEST_RESPONSE:
            raise RequestStopped(PageFailure.MALFORMED, FailureDetails(access_checks.connector_of(consent)))
        for attempt in range(1, MAX_ATTEMPTS + 1):
            try:
                await self._context.consents.write_response(consent, sealed)
            except APIUnavailable:
                if not await self._is_stored(consent, sealed):  # the write may have succeeded without a response
                    raise
            except ConsentModified:
                await asyncio.sleep(PAUSE * attempt)
                consent, _ = await self._read_consent(access_checks.connector_of(consent), flow)
                continue
            log.info("authorization response stored", consent=str(consent.name))
            return
        raise APIUnavailable("the consent was changed by other clients in each attempt")

    async def _is_stored(self, consent: ConsentView, sealed: str) -> bool:
        now = await self._context.consents.read(consent.name)
        return now is not None and now.uid == consent.uid and now.response == sealed

    def _redirect_to_result(self, flow: FlowCookie, cookie: str, confirmation: str) -> web.Response:
        """Redirect to the result page, so that the code leaves the address bar."""
        cookies, name = self._context.cookies, flow.name
        location = result_path(name.namespace, name.name)
        response = web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": location})
        cookies.clear(response, cookie)
        outcome = OutcomeCookie(flow.uid, flow.ticket, confirmation)
        cookies.set(response, cookies.outcome_name(name), encode_outcome(outcome), LIFETIME)
        return response


def _require_navigation(request: web.Request) -> None:
    """Accept only a navigation of the user: no prefetch, frame or image. Raises `RequestStopped`."""
    purpose = " ".join(request.headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Moz"))
    if "prefetch" in purpose or request.headers.get("Sec-Fetch-Dest", "document") != "document":
        raise RequestStopped(PageFailure.PREFETCHED)
