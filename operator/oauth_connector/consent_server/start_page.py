"""The pages before the redirect to the provider: the entry page, the details of the request, and the link.

Two POSTs let the user see the request before a flow starts: the first, with the ticket, shows the details and changes
nothing; the second starts a flow. A GET starts nothing, because mail scanners and previews follow links.

The script sends both. A form cannot: with `Referrer-Policy: no-referrer` browsers send `Origin: null` for it.
"""

from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import urlsplit

from aiohttp import web
from markupsafe import Markup
from pydantic import SecretStr

from oauth_connector.api.v1alpha1.consent_request import LIFETIME, ConsentRequest
from oauth_connector.consent_protocol.qr_codes import draw_svg
from oauth_connector.consent_protocol.tickets import TICKET, new_ticket
from oauth_connector.consent_server import access_checks
from oauth_connector.consent_server.consent_store import ConsentView
from oauth_connector.consent_server.cookies import FlowCookie, encode_flow
from oauth_connector.consent_server.failures import FailureDetails, PageFailure, RequestStopped
from oauth_connector.consent_server.object_key import ObjectKey
from oauth_connector.consent_server.pushed_links import FlowLink, FlowStart, PushedLinks
from oauth_connector.consent_server.request_body import read_fields
from oauth_connector.consent_server.request_details import list_other_token_hosts, list_parameters
from oauth_connector.consent_server.result_page import ConsentPhase
from oauth_connector.consent_server.server_context import ServerContext

LATE_AFTER = 20
"""Seconds from the creation of the consent after which the page reports that the operator has not responded yet."""


class StartPage:
    """Handlers of the pages before the redirect to the provider."""

    def __init__(self, context: ServerContext) -> None:
        self._context = context
        self._links = PushedLinks(context)

    async def show_connector(self, request: web.Request) -> web.Response:
        """Show how to authorize a connector. Its address is in status, so the page reads nothing and proves nothing."""
        return self._context.pages.render("connector", connector=self._context.object_key(request))

    async def show_entry(self, request: web.Request) -> web.Response:
        """Show the page whose script reads the ticket. The cookie proves to later requests that the page was loaded."""
        name = self._context.object_key(request)
        response = self._context.pages.render("open", name=name)
        self._context.cookies.set(response, self._context.cookies.visit_name, "1", LIFETIME, strict=True)
        return response

    async def receive_ticket(self, request: web.Request) -> web.Response:
        """Show the details of the request, or start a flow."""
        name = self._context.object_key(request)
        with self._context.count_early_refusals(request):
            self._require_own_page(request)
            fields = await read_fields(request)
            ticket = _require_ticket(fields)
        self._context.enforce_rate_limit(request, SecretStr(ticket))
        consent = access_checks.require_ticket(await self._context.consents.read(name), ticket)
        access_checks.require_open(consent, self._context.now())
        if consent.request is None:
            return self._show_waiting(consent)
        is_device = consent.request.device is not None
        if not is_device and not access_checks.is_own_redirect_uri(consent, consent.request, self._context.public):
            raise RequestStopped(PageFailure.ADDRESS_DIFFERS, FailureDetails(access_checks.connector_of(consent)))
        if fields.get("continue") == "yes":
            if is_device:
                return self._show_device(consent, consent.request)
            return await self._continue(FlowStart(request, consent, consent.request, ticket))
        return self._show_details(consent, consent.request)

    def _require_own_page(self, request: web.Request) -> None:
        """Accept only a request of a page of this server. Raises `RequestStopped`."""
        if request.headers.getall("Origin", []) != [self._context.public]:
            raise RequestStopped(PageFailure.CROSS_ORIGIN)
        if self._context.cookies.read(request, self._context.cookies.visit_name) is None:
            raise RequestStopped(PageFailure.COOKIE_MISSING)

    def _show_waiting(self, consent: ConsentView) -> web.Response:
        age = (self._context.now() - consent.created).total_seconds()
        late = age > LATE_AFTER
        connector = access_checks.connector_of(consent)
        return self._render_waiting(connector, late=late)

    def _render_waiting(self, connector: ObjectKey, *, late: bool) -> web.Response:
        response = self._context.pages.render("wait", HTTPStatus.ACCEPTED, connector=connector, late=late)
        response.headers["Retry-After"] = "2" if late else "1"
        return response

    def _show_details(self, consent: ConsentView, request: ConsentRequest) -> web.Response:
        return self._context.pages.render(
            "details",
            connector=access_checks.connector_of(consent),
            requested_by=consent.spec.requested_by,
            request=request,
            host=urlsplit(request.authorization_endpoint).netloc,
            scopes=(request.scope or "").replace(",", " ").split(),
            parameters=list_parameters(request),
            other_token_hosts=list_other_token_hosts(request),
        )

    def _show_device(self, consent: ConsentView, request: ConsentRequest) -> web.Response:
        """Show the code that the user enters at the provider, until the operator has the result (RFC 8628 §3.3)."""
        device = request.device
        if device is None or (consent.ready is not None and consent.ready.status == "True"):
            return self._show_authorized(consent)
        host, image = urlsplit(device.verification_uri).netloc, Markup(draw_svg(device.link))  # noqa: S704  # drawn here
        response = self._context.pages.render("device", HTTPStatus.ACCEPTED, device=device, host=host, image=image)
        response.headers["Retry-After"] = "2"
        return response

    def _show_authorized(self, consent: ConsentView) -> web.Response:
        message = consent.ready.message if consent.ready else ""
        return self._context.pages.render(
            "done",
            connector=access_checks.connector_of(consent),
            consent=consent,
            phase=ConsentPhase.AUTHORIZED,
            confirms=False,
            confirmation="",
            message=message,
        )

    async def _continue(self, start: FlowStart) -> web.Response:
        """Start a flow, or have its request pushed first. Raises `APIUnavailable`."""
        if start.authorization_request.push_endpoint is None:
            state = new_ticket(self._context.randomness)
            return self._start_flow(start, FlowLink(start.authorization_request.link(state), state))
        link = self._links.find(start)
        if link is not None:
            response = self._start_flow(start, link)
            self._context.cookies.clear(response, self._context.cookies.question_name(start.consent.name))
            return response
        asked = await self._links.ask(start)
        response = self._render_waiting(access_checks.connector_of(start.consent), late=asked is None)
        if asked is not None:
            self._links.remember(response, asked)
        return response

    def _start_flow(self, start: FlowStart, flow_link: FlowLink) -> web.Response:
        """Start a flow.

        The response is no redirect: browsers would apply `form-action` to the hosts of the provider.
        """
        cookies, link, state = self._context.cookies, flow_link.url, flow_link.state
        consent, authorization_request = start.consent, start.authorization_request
        response = self._context.pages.render(
            "leave", host=urlsplit(link).netloc, link=link, confirms=authorization_request.confirmation_required
        )
        response.headers["Refresh"] = f"0;url={link}"
        for name in cookies.surplus_flows(start.request):
            cookies.clear(response, name)
        secrets = (SecretStr(state), SecretStr(start.ticket))
        flow = FlowCookie(consent.name, consent.uid, authorization_request.digest, *secrets)
        left = int((consent.deadline - self._context.now()).total_seconds()) + 1
        cookies.set(response, cookies.flow_name(state), encode_flow(flow), left)
        return response


def _require_ticket(fields: Mapping[str, str]) -> str:
    """Return the ticket of the form. Raises `RequestStopped` for a missing or malformed one."""
    ticket = fields.get("ticket", "")
    if not TICKET.fullmatch(ticket):
        raise RequestStopped(PageFailure.LINK_INVALID if ticket else PageFailure.TICKET_MISSING)
    return ticket
