"""Reconciles OAuthConsents.

`connector.consent.evaluation` decides the next action. This module reads the context and performs the action.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import structlog

from oauth_connector.api.names import READY
from oauth_connector.api.reasons import Reason, format_reason_message
from oauth_connector.api.schema.times import from_epoch
from oauth_connector.api.v1alpha1.conditions import build_condition
from oauth_connector.api.v1alpha1.consent import RETENTION, ConsentCondition
from oauth_connector.api.v1alpha1.consent_reasons import ConsentReason, format_consent_message
from oauth_connector.api.v1alpha1.consent_request import LIFETIME
from oauth_connector.connector.consent.evaluation import (
    CONFIRMATION_TIME,
    PENDING_REASONS,
    Consent,
    ConsentContext,
    DeleteConsent,
    FillRequest,
    SetReason,
    WaitUntil,
    evaluate_consent,
    find_obstacle,
)
from oauth_connector.connector.consent.request import ConsentPolicy, Endpoints, build_consent_request
from oauth_connector.connector.grant.state import state_name
from oauth_connector.connector.observation import Connector, Key, Observation, PendingCode
from oauth_connector.connector.secret.metadata import GrantSummary
from oauth_connector.connector.status.findings import ActionResult, GrantFacts
from oauth_connector.connector.status.message_facts import message_facts
from oauth_connector.connector.status.problem import Problem
from oauth_connector.consent_protocol.addresses import connector_path
from oauth_connector.controller.context import ControllerContext
from oauth_connector.controller.ports import ClusterUnavailable
from oauth_connector.controller.token_client import TokenClient

CODE_RETRY = 1.0
"""Seconds until the next reconciliation if a code was not sent in this one. A code is valid for about a minute."""

DISCOVERY_RETRY = 10.0
"""Seconds until the next reconciliation after discovery failed."""

ELSEWHERE_RETRY = 600.0
"""Seconds until a consent for a connector of another install is looked at again: that connector may be deleted."""

API_RETRY = 5.0
"""Seconds until the next reconciliation if the API server is unavailable."""

MAX_PENDING = 16
"""The number of pending consents of one connector that are reconciled. Newer ones wait."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ConsentProgress:
    """A code to exchange, if there is one, and when to requeue.

    `connector_at_check` is the connector for which the code was checked. The code may be sent for no other.
    """

    code: PendingCode | None = None
    requeue_at: float | None = None
    connector_at_check: Connector | None = None

    def combine(self, other: "ConsentProgress") -> "ConsentProgress":
        """Return both results as one: the first code, and the earlier time."""
        times = [requeue_at for requeue_at in (self.requeue_at, other.requeue_at) if requeue_at is not None]
        return replace(self if self.code is not None else other, requeue_at=min(times, default=None))

    def is_valid_for(self, connector: Connector) -> bool:
        """Return whether a connector sends the same requests as when the code was checked."""
        return self.connector_at_check is not None and self.connector_at_check.is_same_request(connector)


class ConsentReconciler:
    """Reconciles the consents of one connector at a time."""

    def __init__(self, context: ControllerContext, token_client: TokenClient, consent_policy: ConsentPolicy) -> None:
        self._cluster = context.ports.cluster
        self._keys = context.ports.keys
        self._clock = context.ports.clock
        self._memory = context.memory
        self._token_client = token_client
        self._consent_policy = consent_policy

    async def reconcile(self, key: Key) -> ConsentProgress:
        """Perform the next action for each consent of a connector."""
        progress = ConsentProgress()
        for consent in _in_order(self._cluster.consents_of(key)):
            try:
                if self._cluster.connector(key) is None and await self._is_elsewhere(key):
                    return ConsentProgress(requeue_at=self._clock() + ELSEWHERE_RETRY)
                result = await self._reconcile_consent(consent)
            except ClusterUnavailable as unavailable:  # it delays the other consents, but not the tokens
                log.warning("consent postponed", consent=str(consent.key), cause=str(unavailable))
                return progress.combine(
                    ConsentProgress(requeue_at=self._clock() + (unavailable.retry_after or API_RETRY))
                )
            progress = progress.combine(result)
        return progress

    async def _is_elsewhere(self, key: Key) -> bool:
        """Return whether another install is responsible for a connector. The watch of consents may be ahead."""
        selected = await self._cluster.read_connector(key)
        return selected is None and await self._cluster.read_any_connector(key) is not None

    async def report_outcome(self, key: Key, code: PendingCode, result: ActionResult) -> ConsentProgress:
        """Write the outcome of a code exchange into its consent.

        If it could not be sent, its consent fails at once, so that the user does not wait.
        """
        problem = _unsent_problem(result)
        if problem is not None:
            for consent in self._cluster.consents_of(key):
                if consent.uid == code.uid and not consent.is_final:
                    context = ConsentContext(self._cluster.connector(key), self._clock(), problem=problem)
                    await self._write_reason(consent, context, _unsent_reason(problem))
        return await self.reconcile(key)

    async def _reconcile_consent(self, consent: Consent) -> ConsentProgress:
        context = await self._read_context(consent)
        if context is None:
            return ConsentProgress(requeue_at=self._clock() + DISCOVERY_RETRY)
        action = evaluate_consent(consent, context, await self._keys.load())
        match action:
            case DeleteConsent():
                await self._cluster.delete_consent(consent)
                return ConsentProgress()
            case WaitUntil(until):
                return ConsentProgress(requeue_at=until)
            case FillRequest():
                return await self._write_request(consent, context)
            case SetReason(reason, requeue_at):
                return await self._write_reason(consent, context, reason, requeue_at)
            case PendingCode():
                checked = context.connector if isinstance(context.connector, Connector) else None
                return ConsentProgress(action, self._clock() + CODE_RETRY, checked)

    async def _read_context(self, consent: Consent) -> ConsentContext | None:
        """Read the context for an evaluation; return nothing if discovery fails."""
        key = consent.connector
        connector = self._cluster.connector(key)
        state = self._cluster.output(key.namespace, state_name(key.name))
        notes = state.grant if state is not None else None
        context = ConsentContext(connector, self._clock(), None, notes, self._memory.of(key).attempt)
        with_request = replace(context, request=consent.status.request)
        if not isinstance(connector, Connector) or consent.is_final or find_obstacle(consent, with_request):
            return context
        if context.now >= consent.created + LIFETIME + CONFIRMATION_TIME:
            return with_request  # it has expired, so no discovery is needed
        found = await self._token_client.discover(connector)
        if isinstance(found, Problem):
            return None
        endpoints = Endpoints.of(connector.spec, found)
        if endpoints is None:
            return context
        return replace(
            context,
            request=build_consent_request(consent, connector, endpoints, self._consent_policy, await self._keys.load()),
        )

    async def _write_request(self, consent: Consent, context: ConsentContext) -> ConsentProgress:
        if context.request is None:
            return await self._write_reason(consent, context, ConsentReason.CONNECTOR_INVALID)
        filled = replace(consent, status=consent.status.model_copy(update={"request": context.request}))
        return await self._write_reason(filled, context, ConsentReason.AWAITING_USER, consent.created + LIFETIME)

    async def _write_reason(
        self, consent: Consent, context: ConsentContext, reason: ConsentReason, requeue_at: float | None = None
    ) -> ConsentProgress:
        """Write the reason into status if reason or observed generation change.

        After a wrong confirmation code only the generation changes, and the user can enter the code again.
        """
        if (consent.reason, consent.observed_generation) != (reason, consent.generation):
            condition = _build_condition(consent, context, reason)
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

    # --- status -------------------------------------------------------------------------------------------------
    def build_grant_facts(self, obs: Observation) -> GrantFacts | None:
        """Return the facts about the grant for the status of a connector; nothing if it stores no grant."""
        connector, spec = obs.connector, obs.connector.spec
        if not spec.may_hold_refresh_token:
            return None
        summary = obs.state.grant if obs.state is not None else None
        known = GrantFacts(summary=summary or GrantSummary())
        if not spec.needs_consent:
            return known
        public, key = self._consent_policy.public_url, connector.key
        page = f"{public.rstrip('/')}{connector_path(key.namespace, key.name)}" if public else None
        hosted = None if spec.has_loopback_redirect else page
        return replace(known, redirect_uri=obs.redirect_uri, consent_url=hosted)


def _in_order(consents: Iterable[Consent]) -> list[Consent]:
    """Return the consents to reconcile, oldest first and limited, so that thousands of them do not block others."""
    ordered = sorted(consents, key=lambda consent: (consent.created, consent.uid))
    pending = [consent for consent in ordered if not consent.is_final]
    return [consent for consent in ordered if consent.is_final] + pending[:MAX_PENDING]


_SECRET_REASONS = frozenset({Reason.SECRET_CONFLICT, Reason.STATE_CONFLICT, Reason.SECRET_WRITE_REJECTED})


def _unsent_problem(result: ActionResult) -> Problem | None:
    """Return why a code was not sent: a problem before the request, or a conflicting Secret; else nothing."""
    if result.findings is None or result.problem is None:
        return None
    attempt = result.findings.attempt
    not_sent = attempt is not None and not attempt.outbound
    return result.problem if not_sent or result.problem.reason is Reason.SECRET_CONFLICT else None


def _unsent_reason(problem: Problem) -> ConsentReason:
    blocked_by_secret = problem.reason in _SECRET_REASONS
    return ConsentReason.SECRET_CONFLICT if blocked_by_secret else ConsentReason.CONNECTOR_INVALID


def _build_condition(consent: Consent, context: ConsentContext, reason: ConsentReason) -> ConsentCondition:
    facts = {"connector": consent.spec.connector_name}
    if context.connector is not None:
        facts |= message_facts(context.connector)
    if context.problem is not None:
        facts["cause"] = format_reason_message(context.problem.reason, facts | dict(context.problem.facts))
    status = "True" if reason is ConsentReason.AUTHORIZED else "Unknown" if reason in PENDING_REASONS else "False"
    values = {
        "type": READY,
        "status": status,
        "reason": reason,
        "message": format_consent_message(reason, facts),
        "observedGeneration": consent.generation,
    }
    return build_condition(ConsentCondition, values, consent.status.conditions, from_epoch(context.now))
