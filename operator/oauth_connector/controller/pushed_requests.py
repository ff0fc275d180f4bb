"""Pushed authorization requests of consents (RFC 9126): sends them, and answers who has the browser.

Where a provider only offers them, a failure is no obstacle: the answer is that the link has all parameters itself.
"""

from dataclasses import dataclass
from functools import partial

import structlog
from pydantic import SecretStr

from oauth_connector.api.v1alpha1.consent_request import LIFETIME, ConsentRequest
from oauth_connector.connector.consent.observed import Consent, PushRequest
from oauth_connector.connector.grant.results import RequestFailed
from oauth_connector.connector.observation import Connector, Key
from oauth_connector.connector.status.problem import Problem
from oauth_connector.consent_protocol.push_exchange import PushAnswer
from oauth_connector.controller.client_registrar import ClientRegistrar
from oauth_connector.controller.context import ControllerContext
from oauth_connector.controller.pauses import Pauses, compute_pause
from oauth_connector.controller.token_client import TokenClient
from oauth_connector.oauth.pushed_authorization import build_push_request, parse_push_response

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Given:
    """An answer to a question, kept because it may not have been written; `at` in seconds since the epoch."""

    question: str
    sealed: str
    at: float


class PushedRequests:
    """Pushes the requests of consents. A process that starts knows no pauses."""

    def __init__(self, context: ControllerContext, token_client: TokenClient, registrar: ClientRegistrar) -> None:
        self._registrar = registrar
        self._clock = context.ports.clock
        self._token_client = token_client
        self._pauses: Pauses[Key] = Pauses()
        self._failures: Pauses[Key] = Pauses()
        self._given: dict[str, _Given] = {}

    def find_reopening(self, connector: Key) -> float | None:
        """Return until when nothing is pushed for a connector; `None`: now."""
        return self._pauses.find_end(connector, self._clock())

    async def answer(
        self, consent: Consent, connector: Connector, request: ConsentRequest, question: PushRequest
    ) -> str | Problem | None:
        """Return the sealed answer to a question; nothing while it must wait. Raises `ClusterUnavailable`."""
        asked = consent.status.push.request if consent.status.push is not None else ""
        held = self._given.get(consent.uid)
        if held is not None and held.question == asked:
            return held.sealed  # it was given, and could not be written
        pushed: SecretStr | Problem | None = None
        if self.find_reopening(connector.key) is None:
            pushed = await self._push(connector, request, question)
        elif request.push_required or self._failures.find_end(connector.key, self._clock()) is None:
            return None
        if isinstance(pushed, Problem) and request.push_required:
            return pushed
        answer = PushAnswer(question.state, pushed if isinstance(pushed, SecretStr) else None)
        return self._remember(consent, asked, answer.seal(question.ticket, consent.uid))

    def _remember(self, consent: Consent, asked: str, sealed: str) -> str:
        """Remember an answer, and forget those of consents that have ended."""
        now = self._clock()
        self._given = {uid: given for uid, given in self._given.items() if given.at > now - LIFETIME}
        self._given[consent.uid] = _Given(asked, sealed, now)
        return sealed

    async def _push(self, connector: Connector, request: ConsentRequest, question: PushRequest) -> SecretStr | Problem:
        """Push a request, and nothing for the connector for a while: as long as its provider demands, if it does."""
        pushed = await self._send(connector, request, question)
        now = self._clock()
        until = now + compute_pause(pushed)
        self._pauses.extend(connector.key, until, now)
        if isinstance(pushed, Problem):
            self._failures.extend(connector.key, until, now)
            log.warning(
                "a pushed authorization request failed", connector=str(connector.key), reason=pushed.reason.value
            )
        return pushed

    async def _send(self, connector: Connector, request: ConsentRequest, question: PushRequest) -> SecretStr | Problem:
        endpoint, quirks = request.push_endpoint or "", connector.spec.provider.quirks
        server = await self._registrar.find_server(connector, request)
        prepared = await self._token_client.prepare_request(connector, server)
        if isinstance(prepared, RequestFailed):
            return prepared.problem
        parameters = request.build_authorization_request().list_parameters(question.state.get_secret_value())
        build = partial(build_push_request, endpoint=endpoint, parameters=parameters)
        parse = partial(parse_push_response, quirks=quirks, now=prepared.context.now)
        return await self._token_client.begin_consent(prepared, endpoint, build, parse)
