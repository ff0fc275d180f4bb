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
from oauth_connector.consent_server import access_checks as judging
from oauth_connector.consent_server.consent_store import OpenConsent
from oauth_connector.consent_server.cookies import FlowCookie, write_flow
from oauth_connector.consent_server.failures import About, PageFailure, RequestStopped
from oauth_connector.consent_server.server_context import ConsentSite

PATIENCE = 20
"""Seconds from creation after which the page says that the operator takes long."""


class StartPage:
    """Handlers of the pages before the provider's."""

    def __init__(self, site: ConsentSite) -> None:
        self._site = site

    async def connector(self, request: web.Request) -> web.Response:
        """Say how to connect a connector. Its link is in status, for many to see, so it proves and reads nothing."""
        return self._site.pages.show("connector", connector=self._site.named(request))

    async def opened(self, request: web.Request) -> web.Response:
        """Give the page whose script finds the ticket; the cookie shows later that a page of ours was here."""
        name = self._site.named(request)
        response = self._site.pages.show("open", name=name)
        self._site.cookies.put(response, self._site.cookies.here, "1", LIFETIME, strict=True)
        return response

    async def proved(self, request: web.Request) -> web.Response:
        """Show what is about to be granted, or begin."""
        name = self._site.named(request)
        self._site.admit(request, name)
        if request.headers.getall("Origin", []) != [self._site.public]:
            raise RequestStopped(PageFailure.FOREIGN)
        if self._site.cookies.one(request, self._site.cookies.here) is None:
            raise RequestStopped(PageFailure.COOKIE_MISSING)
        fields = await _fields(request)
        ticket = _ticket(fields)
        consent = judging.proved(await self._site.consents.read(name), ticket)
        judging.open_for(consent, self._site.now())
        if consent.request is None:
            return self._wait(consent)
        if not judging.leads_back(consent, consent.request, self._site.public):
            raise RequestStopped(PageFailure.ADDRESS_DIFFERS, About(judging.connector_of(consent)))
        if fields.get("continue") == "yes":
            return self._begin(request, consent, consent.request, ticket)
        return self._details(consent, consent.request)

    def _wait(self, consent: OpenConsent) -> web.Response:
        age = (self._site.now() - consent.created).total_seconds()
        late = age > PATIENCE
        connector = judging.connector_of(consent)
        response = self._site.pages.show("wait", HTTPStatus.ACCEPTED, connector=connector, late=late)
        response.headers["Retry-After"] = "2" if late else "1"
        return response

    def _details(self, consent: OpenConsent, request: ConsentRequest) -> web.Response:
        return self._site.pages.show(
            "details",
            connector=judging.connector_of(consent),
            requested_by=consent.spec.requested_by,
            request=request,
            host=urlsplit(request.authorization_endpoint).netloc,
            scopes=(request.scope or "").replace(",", " ").split(),
        )

    def _begin(self, request: web.Request, consent: OpenConsent, asked: ConsentRequest, ticket: str) -> web.Response:
        """Begin a flow. No redirect: browsers would hold `form-action` against the provider's host, and its next."""
        cookies, state = self._site.cookies, new_ticket(self._site.randomness)
        link = asked.link(state)
        response = self._site.pages.show(
            "leave", host=urlsplit(link).netloc, link=link, confirms=asked.confirmation_required
        )
        response.headers["Refresh"] = f"0;url={link}"
        for name in cookies.superfluous(request):
            cookies.clear(response, name)
        flow = FlowCookie(consent.name, consent.uid, asked.digest, SecretStr(state), SecretStr(ticket))
        left = int((consent.deadline - self._site.now()).total_seconds()) + 1
        cookies.put(response, cookies.of_flow(state), write_flow(flow), left)
        return response


def _ticket(fields: dict[str, str]) -> str:
    """Give the ticket. Raises `RequestStopped`, for one of another shape as for one that opens nothing."""
    ticket = fields.get("ticket", "")
    if not TICKET.fullmatch(ticket):
        raise RequestStopped(PageFailure.LINK_INVALID if ticket else PageFailure.TICKET_MISSING)
    return ticket


async def _fields(request: web.Request) -> dict[str, str]:
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
