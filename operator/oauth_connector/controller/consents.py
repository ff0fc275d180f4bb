"""Reconciles OAuthConsents.

`connector.consent.evaluation` decides the next action. This module reads the context and performs the action.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import structlog

from oauth_connector.api.v1alpha1.consent import RETENTION
from oauth_connector.api.v1alpha1.consent_reasons import ConsentReason
from oauth_connector.api.v1alpha1.consent_request import LIFETIME, ConsentRequest
from oauth_connector.connector.consent.condition import build_consent_condition
from oauth_connector.connector.consent.device import ENDED_BY_POLL
from oauth_connector.connector.consent.evaluation import evaluate_consent
from oauth_connector.connector.consent.grant_facts import build_grant_facts
from oauth_connector.connector.consent.observed import (
    Consent,
    ConsentContext,
    FillRequest,
    PushRequest,
    SetReason,
    WaitUntil,
)
from oauth_connector.connector.consent.request import ConsentPolicy
from oauth_connector.connector.consent.turns import MAX_PENDING, select_turns
from oauth_connector.connector.consent.unsent_code import (
    choose_unsent_reason,
    find_refusal_of_code,
    find_unsent_problem,
)
from oauth_connector.connector.observation import Connector, Key, Observation, PendingCode
from oauth_connector.connector.status.findings import ActionResult, GrantFacts
from oauth_connector.connector.status.problem import Problem
from oauth_connector.controller.client_registrar import ClientRegistrar
from oauth_connector.controller.concluded_consents import ELSEWHERE_RETRY, ConcludedConsents
from oauth_connector.controller.consent_observer import ConsentObserver
from oauth_connector.controller.consent_progress import ConsentProgress
from oauth_connector.controller.context import ControllerContext
from oauth_connector.controller.device_authorizations import DeviceAuthorizations
from oauth_connector.controller.ports import ClusterUnavailable, Superseded
from oauth_connector.controller.pushed_requests import PushedRequests
from oauth_connector.controller.state_secrets import StateSecrets
from oauth_connector.controller.token_client import TokenClient
from oauth_connector.oauth.device_authorization import PollAnswer

CODE_RETRY = 1.0
"""Seconds until the next reconciliation if a code was not sent in this one. A code is valid for about a minute."""

DISCOVERY_RETRY = 10.0
"""Seconds until the next reconciliation after discovery failed."""

API_RETRY = 5.0
"""Seconds until the next reconciliation if the API server is unavailable."""

log = structlog.get_logger(__name__)


class ConsentReconciler:
    """Reconciles the consents of one connector at a time."""

    def __init__(self, context: ControllerContext, token_client: TokenClient, consent_policy: ConsentPolicy) -> None:
        self._cluster = context.ports.cluster
        self._keys = context.ports.keys
        self._clock = context.ports.clock
        self._states = StateSecrets(context)
        self._concluded = ConcludedConsents(self._cluster, self._clock)
        self._devices = DeviceAuthorizations(context, token_client)
        self.registrar = ClientRegistrar(context, token_client.servers, consent_policy)
        self._pushes = PushedRequests(context, token_client, self.registrar)
        self._observer = ConsentObserver(context, token_client, consent_policy, self._devices, self.registrar)
        self._consent_policy = consent_policy
        self._postponed: dict[Key, list[str]] = {}

    async def reconcile(self, key: Key) -> ConsentProgress:
        """Perform the next action for each consent of a connector that has its turn."""
        progress = ConsentProgress()
        tried = ""
        try:
            progress = await self._concluded.delete_old(key)
            for consent in self._select_turns(key):
                if await self._concluded.is_elsewhere(key):
                    return ConsentProgress(requeue_at=self._clock() + ELSEWHERE_RETRY)
                tried = consent.uid
                progress = progress.combine(await self._reconcile_alone(consent))
        except ClusterUnavailable as unavailable:  # it delays the other consents, but not the tokens
            log.log(unavailable.log_level, "consents postponed", connector=str(key), cause=str(unavailable))
            self._postponed[key] = [*self._postponed.get(key, []), tried][-MAX_PENDING:]
            retry = ConsentProgress(requeue_at=self._clock() + (unavailable.retry_after or API_RETRY))
            return progress.combine(retry)
        self._postponed.pop(key, None)
        return progress

    def _select_turns(self, key: Key) -> list[Consent]:
        """Return the consents in their order. Those that failed the last times are the last: they may fail for ever."""
        turns = select_turns(self._cluster.pending_consents(key))
        postponed = self._postponed.get(key, [])
        return sorted(turns, key=lambda consent: consent.uid in postponed)

    async def report_outcome(self, key: Key, code: PendingCode, result: ActionResult) -> ConsentProgress:
        """Write the outcome of a code exchange into its consent.

        If it could not be sent, or was refused, its consent fails at once, so that the user does not wait.
        """
        if code.grant.is_polled and (result.poll is not None or result.findings is not None):
            await self._note_poll(key, code, result.poll)
        problem, refused = find_unsent_problem(result), find_refusal_of_code(result)
        context = ConsentContext(self._cluster.connector(key), self._clock(), problem=problem or refused)
        await self.registrar.deletions.delete_replaced(key)
        if problem is not None:
            await self._end_consent(key, code, context, choose_unsent_reason(problem))
        elif refused is not None:
            await self._end_consent(key, code, context, ConsentReason.CODE_REJECTED)
        return await self.reconcile(key)

    @asynccontextmanager
    async def end_on_error(self, key: Key, code: PendingCode | None) -> AsyncIterator[None]:
        """End the consent of a code if its exchange raises before it began: otherwise no later one would succeed."""
        try:
            yield
        except (ClusterUnavailable, Superseded):
            raise
        except Exception:
            notes = self._states.read_notes(key)
            if code is not None and (notes is None or notes.tried != code.uid):
                context = ConsentContext(self._cluster.connector(key), self._clock())
                await self._end_consent(key, code, context, ConsentReason.RESPONSE_INVALID)
            raise

    async def _note_poll(self, key: Key, code: PendingCode, answer: PollAnswer | None) -> None:
        """Note a poll, and end the consent where the user has denied access or the codes have expired."""
        ended = ENDED_BY_POLL.get(answer) if answer is not None else None
        for consent in self._find_pending(key, code):
            self._devices.note_poll(consent, answer)
        if ended is not None:
            await self._end_consent(key, code, ConsentContext(self._cluster.connector(key), self._clock()), ended)

    async def _end_consent(self, key: Key, code: PendingCode, context: ConsentContext, reason: ConsentReason) -> None:
        for consent in self._find_pending(key, code):
            await self._write_reason(consent, context, reason)

    def _find_pending(self, key: Key, code: PendingCode) -> list[Consent]:
        """Find the consent of a code, unless it has ended."""
        return [consent for consent in self._cluster.pending_consents(key) if consent.uid == code.uid]

    async def _reconcile_alone(self, consent: Consent) -> ConsentProgress:
        """Reconcile a consent. What it raises ends this consent, and nothing else. Raises `ClusterUnavailable`."""
        try:
            return await self._reconcile_consent(consent)
        except ClusterUnavailable:
            raise
        except Exception:
            log.exception("a consent failed", consent=str(consent.key))
        return await self._fail_consent(consent)

    async def _fail_consent(self, consent: Consent) -> ConsentProgress:
        is_answered = consent.status.response is not None
        reason = ConsentReason.RESPONSE_INVALID if is_answered else ConsentReason.INTERNAL_ERROR
        try:
            return await self._write_reason(consent, ConsentContext(None, self._clock()), reason)
        except ClusterUnavailable:
            raise
        except Exception:
            log.exception("a consent could not be ended", consent=str(consent.key))
        return ConsentProgress(requeue_at=self._clock() + API_RETRY)

    async def _reconcile_consent(self, consent: Consent) -> ConsentProgress:
        context = await self._observer.read(consent)
        if context is None:
            return ConsentProgress(requeue_at=self._clock() + DISCOVERY_RETRY)
        action = evaluate_consent(consent, context, await self._keys.load())
        match action:
            case WaitUntil(until):
                return ConsentProgress(requeue_at=until)
            case FillRequest():
                return await self._write_request(consent, context)
            case PushRequest():
                return await self._answer_push(consent, context, action)
            case SetReason(reason, requeue_at):
                return await self._write_reason(consent, context, reason, requeue_at)
            case PendingCode():
                checked = context.connector if isinstance(context.connector, Connector) else None
                return ConsentProgress(action, self._clock() + CODE_RETRY, checked)

    async def _write_request(self, consent: Consent, context: ConsentContext) -> ConsentProgress:
        if context.request is None:
            return await self._write_reason(consent, context, ConsentReason.CONNECTOR_INVALID)
        request: ConsentRequest | Problem = context.request
        if isinstance(context.connector, Connector) and context.connector.spec.is_polled:
            if (closed := self._devices.find_reopening(consent)) is not None:
                return ConsentProgress(requeue_at=closed)
            request = await self._devices.authorize(consent, context.connector, context.request)
        if isinstance(request, Problem):
            return await self._report_problem(consent, context, request, self._devices.find_reopening(consent))
        filled = replace(consent, status=consent.status.model_copy(update={"request": request}))
        until = self._devices.next_poll(consent.uid) or consent.created + LIFETIME
        return await self._write_reason(filled, context, ConsentReason.AWAITING_USER, until)

    async def _answer_push(self, consent: Consent, context: ConsentContext, question: PushRequest) -> ConsentProgress:
        """Push the request, and give its reference to who asked. The request was compared with the live values."""
        request, push = consent.status.request, consent.status.push
        if request is None or push is None or not isinstance(context.connector, Connector):
            raise TypeError("a question without a request")
        answer = await self._pushes.answer(consent, context.connector, request, question)
        reopening = self._pushes.find_reopening(consent.connector)
        if isinstance(answer, Problem):
            return await self._report_problem(consent, context, answer, reopening)
        if answer is None:
            return ConsentProgress(requeue_at=reopening)
        answered = push.model_copy(update={"response": answer})
        written = await self._cluster.write_consent(consent, consent.status.model_copy(update={"push": answered}))
        return ConsentProgress(requeue_at=self._clock() + 1.0 if written is None else consent.created + LIFETIME)

    async def _report_problem(
        self, consent: Consent, context: ConsentContext, problem: Problem, reopening: float | None
    ) -> ConsentProgress:
        """End the consent if a user must act first; otherwise the request is repeated."""
        if not problem.needs_action:
            return ConsentProgress(requeue_at=reopening or self._clock() + DISCOVERY_RETRY)
        return await self._write_reason(consent, replace(context, problem=problem), choose_unsent_reason(problem))

    async def _write_reason(
        self, consent: Consent, context: ConsentContext, reason: ConsentReason, requeue_at: float | None = None
    ) -> ConsentProgress:
        """Write the reason into status if reason or observed generation change.

        After a wrong confirmation code only the generation changes, and the user can enter the code again.
        """
        if (consent.reason, consent.observed_generation) != (reason, consent.generation):
            condition = build_consent_condition(consent, context, reason)
            changes: dict[str, object] = {"conditions": (condition,)}
            if reason is ConsentReason.AUTHORIZED and context.notes is not None:
                changes["account"] = context.notes.account
            status = consent.status.model_copy(update=changes)
            if await self._cluster.write_consent(consent, status) is None:
                return ConsentProgress(requeue_at=self._clock() + 1.0)
            log.info("consent", consent=str(consent.key), connector=consent.spec.connector_name, reason=reason.value)
        return ConsentProgress(requeue_at=requeue_at if requeue_at is not None else consent.created + RETENTION)

    def redirect_of(self, connector: Connector) -> str | None:
        """Return the redirect URI of a connector whose grant needs a consent, or nothing."""
        return self._consent_policy.redirect_of(connector) if connector.spec.needs_consent else None

    def build_grant_facts(self, obs: Observation) -> GrantFacts | None:
        """Return the facts about the grant for the status of a connector; nothing if it stores no grant."""
        return build_grant_facts(obs, self._consent_policy.public_url)
