"""The way out: a page without secrets, a ticket that opens it, and the link to the provider.

Two POSTs, so that a person sees what is granted before anything begins: the first, with the ticket, shows it and
changes nothing; the second begins a flow. A GET begins nothing, ever: mail scanners and previews follow links.

The script makes both. A form could not: under `Referrer-Policy: no-referrer` browsers send `Origin: null` with one.
"""

import json
from http import HTTPStatus
from urllib.parse import urlsplit

from aiohttp import web
from pydantic import SecretStr

from oauth_connector.api.v1alpha1.consent_request import LIFETIME, ConsentRequest
from oauth_connector.consent_protocol.tickets import TICKET, new_ticket
from oauth_connector.consent_server import access_checks
from oauth_connector.consent_server.consent_store import ConsentView
from oauth_connector.consent_server.cookies import FlowCookie, encode_flow
from oauth_connector.consent_server.failures import FailureDetails, PageFailure, RequestStopped
from oauth_connector.consent_server.server_context import ServerContext

LATE_AFTER = 20
"""Seconds from creation after which the page says that the operator takes long."""


class StartPage:
    """Handlers of the pages before the provider's."""

    def __init__(self, context: ServerContext) -> None:
        self._context = context

    async def show_connector(self, request: web.Request) -> web.Response:
        """Say how to connect a connector. Its link is in status, for many to see, so it proves and reads nothing."""
        return self._context.pages.render("connector", connector=self._context.object_key(request))

    async def show_entry(self, request: web.Request) -> web.Response:
        """Give the page whose script finds the ticket; the cookie shows later that a page of ours was here."""
        name = self._context.object_key(request)
        response = self._context.pages.render("open", name=name)
        self._context.cookies.set(response, self._context.cookies.visit_name, "1", LIFETIME, strict=True)
        return response

    async def receive_ticket(self, request: web.Request) -> web.Response:
        """Show what is about to be granted, or begin."""
        name = self._context.object_key(request)
        self._context.enforce_rate_limit(request, name)
        if request.headers.getall("Origin", []) != [self._context.public]:
            raise RequestStopped(PageFailure.FOREIGN)
        if self._context.cookies.read(request, self._context.cookies.visit_name) is None:
            raise RequestStopped(PageFailure.COOKIE_MISSING)
        fields = await _read_fields(request)
        ticket = _require_ticket(fields)
        consent = access_checks.require_ticket(await self._context.consents.read(name), ticket)
        access_checks.require_open(consent, self._context.now())
        if consent.request is None:
            return self._show_waiting(consent)
        if not access_checks.is_own_redirect_uri(consent, consent.request, self._context.public):
            raise RequestStopped(PageFailure.ADDRESS_DIFFERS, FailureDetails(access_checks.connector_of(consent)))
        if fields.get("continue") == "yes":
            return self._start_flow(request, consent, consent.request, ticket)
        return self._show_details(consent, consent.request)

    def _show_waiting(self, consent: ConsentView) -> web.Response:
        age = (self._context.now() - consent.created).total_seconds()
        late = age > LATE_AFTER
        connector = access_checks.connector_of(consent)
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
        )

    def _start_flow(
        self, request: web.Request, consent: ConsentView, authorization_request: ConsentRequest, ticket: str
    ) -> web.Response:
        """Begin a flow. No redirect: browsers would hold `form-action` against the provider's host, and its next."""
        cookies, state = self._context.cookies, new_ticket(self._context.randomness)
        link = authorization_request.link(state)
        response = self._context.pages.render(
            "leave", host=urlsplit(link).netloc, link=link, confirms=authorization_request.confirmation_required
        )
        response.headers["Refresh"] = f"0;url={link}"
        for name in cookies.surplus_flows(request):
            cookies.clear(response, name)
        flow = FlowCookie(consent.name, consent.uid, authorization_request.digest, SecretStr(state), SecretStr(ticket))
        left = int((consent.deadline - self._context.now()).total_seconds()) + 1
        cookies.set(response, cookies.flow_name(state), encode_flow(flow), left)
        return response


def _require_ticket(fields: dict[str, str]) -> str:
    """Give the ticket. Raises `RequestStopped`, for one of another shape as for one that opens nothing."""
    ticket = fields.get("ticket", "")
    if not TICKET.fullmatch(ticket):
        raise RequestStopped(PageFailure.LINK_INVALID if ticket else PageFailure.TICKET_MISSING)
    return ticket


async def _read_fields(request: web.Request) -> dict[str, str]:
    """Read the body, a form or JSON; what is neither has no fields. Raises `RequestStopped` where it is too long."""
    try:
        if request.content_type == "application/json":
            body = json.loads(await request.text())
            return {k: v for k, v in body.items() if isinstance(v, str)} if isinstance(body, dict) else {}
        return {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
    except web.HTTPRequestEntityTooLarge:
        raise RequestStopped(PageFailure.TOO_LARGE) from None
    except (ValueError, RecursionError):
        return {}
