"""Pushed authorization requests of consents (RFC 9126): sends them, and answers who has the browser.

Where a provider only offers them, a failure is no obstacle: the answer is that the link has all parameters itself.
"""

from dataclasses import dataclass
from functools import partial

import structlog
from pydantic import SecretStr

from oauth_connector.api.v1alpha1.consent_request import LIFETIME, ConsentRequest
from oauth_connector.connector.allowed_hosts import find_forbidden_url
from oauth_connector.connector.consent.observed import Consent, PushRequest
from oauth_connector.connector.grant.results import RequestFailed
from oauth_connector.connector.observation import Connector, Key
from oauth_connector.connector.schedule.refresh_time import MINIMUM_GAP
from oauth_connector.connector.status.problem import Problem, of_signal, show_signal
from oauth_connector.consent_protocol.push_exchange import PushAnswer
from oauth_connector.controller.client_registrar import ClientRegistrar
from oauth_connector.controller.context import ControllerContext
from oauth_connector.controller.device_authorizations import FAILED_PAUSE
from oauth_connector.controller.pauses import Pauses
from oauth_connector.controller.token_client import TokenClient
from oauth_connector.oauth.echoes import drop_echoes
from oauth_connector.oauth.pushed_authorization import build_push_request, parse_push_response
from oauth_connector.oauth.signals import RequestPhase, Signal

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
        self._read_rules = context.read_rules
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
        failure = pushed if isinstance(pushed, Problem) else None
        demanded = failure.signal.retry_after if failure is not None and failure.signal is not None else None
        now = self._clock()
        until = now + max(FAILED_PAUSE if failure is not None else MINIMUM_GAP, demanded or 0.0)
        self._pauses.extend(connector.key, until, now)
        if failure is not None:
            self._failures.extend(connector.key, until, now)
            log.warning(
                "a pushed authorization request failed", connector=str(connector.key), reason=failure.reason.value
            )
        return pushed

    async def _send(self, connector: Connector, request: ConsentRequest, question: PushRequest) -> SecretStr | Problem:
        spec, endpoint = connector.spec, request.push_endpoint or ""
        server = await self._registrar.find_server(connector, request)
        prepared = await self._token_client.prepare_request(connector, server)
        if isinstance(prepared, RequestFailed):
            return prepared.problem
        required = self._read_rules().require_allowed_hosts
        forbidden = find_forbidden_url(prepared.credentials, (endpoint,), required=required)
        if forbidden is not None:
            return forbidden
        parameters = request.build_authorization_request().list_parameters(question.state.get_secret_value())
        build = partial(build_push_request, endpoint=endpoint, parameters=parameters)
        sent = await self._token_client.send_as_client(prepared, build)
        if isinstance(sent.response, Signal):
            return of_signal(spec, RequestPhase.CODE, sent.response)
        found = parse_push_response(sent.response, spec.provider.quirks, prepared.context.now)
        if isinstance(found, SecretStr):
            return found
        return show_signal(of_signal(spec, RequestPhase.CODE, found), drop_echoes(found, sent.request))
