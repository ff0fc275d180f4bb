"""Links to requests that the operator pushes first (RFC 9126), because this server has no client secret.

The server chooses `state` as for any flow, and keeps it in a cookie of the browser. It writes a question into the
status of the consent, and the page repeats its request until the operator has answered.
"""

import hmac
from dataclasses import dataclass

from aiohttp import web
from pydantic import SecretStr

from oauth_connector.api.v1alpha1.consent_request import ConsentRequest
from oauth_connector.consent_protocol.consent_response import UnsealError
from oauth_connector.consent_protocol.push_exchange import PushAnswer, PushQuestion
from oauth_connector.consent_protocol.tickets import new_ticket
from oauth_connector.consent_server.consent_store import ConsentModified, ConsentView
from oauth_connector.consent_server.cookies import FlowCookie, decode_flow, encode_flow
from oauth_connector.consent_server.server_context import ServerContext

QUESTION_SECONDS = 60
"""Seconds for which a browser waits for an answer. After that there is another question."""


@dataclass(frozen=True, slots=True)
class FlowStart:
    """What starts a flow: the request of a page, the consent and its authorization request, and the ticket."""

    request: web.Request
    consent: ConsentView
    authorization_request: ConsentRequest
    ticket: str


@dataclass(frozen=True, slots=True)
class FlowLink:
    """The link to the provider, and the `state` that the redirect must contain."""

    url: str
    state: str


class PushedLinks:
    """Asks the operator for pushed requests, and reads its answers."""

    def __init__(self, context: ServerContext) -> None:
        self._context = context

    def find(self, start: FlowStart) -> FlowLink | None:
        """Return the link for which this browser has asked; nothing while there is no answer."""
        flow, answer = self._read_flow(start), _open_answer(start)
        if flow is None or answer is None:
            return None
        state = flow.state.get_secret_value()
        if not hmac.compare_digest(answer.state.get_secret_value(), state):
            return None
        uri = answer.request_uri
        if uri is None:
            return FlowLink(start.authorization_request.link(state), state)
        url = start.authorization_request.build_authorization_request().build_pushed_url(uri.get_secret_value())
        return FlowLink(url, state)

    async def ask(self, start: FlowStart) -> FlowCookie | None:
        """Ask for a link, unless this browser waits for one; return what it must remember. Raises `APIUnavailable`."""
        if self._read_flow(start) is not None and _open_answer(start) is None:
            return None
        consent, wanted = start.consent, start.authorization_request
        state, ticket = SecretStr(new_ticket(self._context.randomness)), SecretStr(start.ticket)
        question = PushQuestion(ticket, state).seal(wanted.encryption_key)
        try:
            await self._context.consents.write_question(consent, question)
        except ConsentModified:
            return None  # the page repeats its request
        return FlowCookie(consent.name, consent.uid, wanted.digest, state, ticket)

    def remember(self, response: web.Response, flow: FlowCookie) -> None:
        """Have the browser remember what it has asked for."""
        cookies = self._context.cookies
        cookies.set(response, cookies.question_name(flow.name), encode_flow(flow), QUESTION_SECONDS, strict=True)

    def _read_flow(self, start: FlowStart) -> FlowCookie | None:
        """Return what this browser has asked for, for this very request."""
        cookies, consent = self._context.cookies, start.consent
        text = cookies.read(start.request, cookies.question_name(consent.name))
        flow = decode_flow(text) if text else None
        expected = (consent.name, consent.uid, start.authorization_request.digest)
        return flow if flow is not None and (flow.name, flow.uid, flow.digest) == expected else None


def _open_answer(start: FlowStart) -> PushAnswer | None:
    consent = start.consent
    if consent.push is None or consent.push.response is None:
        return None
    try:
        return PushAnswer.open(consent.push.response, SecretStr(start.ticket), consent.uid)
    except UnsealError:
        return None
