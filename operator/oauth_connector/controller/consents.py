"""The desk at which OAuthConsents are attended to: filled, judged, concluded, and put away.

What is to be done about each is decided by `connector.consents.judge`; here it is looked up and carried out.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal

import structlog

from oauth_connector.api.reasons import Reason, format_reason_message
from oauth_connector.api.v1alpha1.conditions import find_condition, transition_time
from oauth_connector.api.v1alpha1.consent import KEPT, ConsentCondition
from oauth_connector.api.v1alpha1.consent_reasons import ConsentReason, consent_sentence
from oauth_connector.api.v1alpha1.consent_request import LIFETIME
from oauth_connector.connector.consent.evaluation import (
    ANSWERED,
    UNDER_WAY,
    Consent,
    ConsentContext,
    DeleteConsent,
    FillRequest,
    SetReason,
    WaitUntil,
    judge,
    why_not,
)
from oauth_connector.connector.consent.request import ConsentPolicy, Endpoints, request_of
from oauth_connector.connector.effective import base_facts
from oauth_connector.connector.grant.state import state_name
from oauth_connector.connector.memory import Memory
from oauth_connector.connector.observation import Connector, Key, Observation, PendingCode
from oauth_connector.connector.secret.metadata import GrantSummary
from oauth_connector.connector.status.findings import Findings, GrantFacts, Outcome
from oauth_connector.connector.status.problem import Problem
from oauth_connector.consent_protocol.addresses import connector_path
from oauth_connector.controller.ports import ClusterUnavailable, Ports
from oauth_connector.controller.token_client import TokenClient
from oauth_connector.oauth.grants.registry import GrantType

AGAIN = 1.0
"""Seconds until the next look at a code that could not be sent in this pass: it lives for a minute or so."""

LOOK_AGAIN = 10.0
"""Seconds until the next look where something that a consent needs could not be found out."""

AWAY = 5.0
"""Seconds until the next look where the API server did not answer."""

MOST_OPEN = 16
"""Consents of one connector that are under way at once; those after them wait for their turn, or for their end."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ConsentProgress:
    """A code that waits to be exchanged, if there is one, and when to look again.

    `judged` is the connector as it was when the code was found to be good: for no other may it be sent.
    """

    code: PendingCode | None = None
    look: float | None = None
    judged: Connector | None = None

    def and_then(self, other: "ConsentProgress") -> "ConsentProgress":
        """Join with what came of the next one: the first code, and the earlier look."""
        looks = [look for look in (self.look, other.look) if look is not None]
        return replace(self if self.code is not None else other, look=min(looks, default=None))

    def may_be_sent_for(self, connector: Connector) -> bool:
        """Tell whether a connector asks what it asked when the code was judged."""
        return self.judged is not None and self.judged.asks_the_same(connector)


class ConsentReconciler:
    """Attends to the consents of one connector at a time."""

    def __init__(self, edges: Ports, token_client: TokenClient, memory: Memory, consent_policy: ConsentPolicy) -> None:
        self._cluster = edges.cluster
        self._keys = edges.keys
        self._clock = edges.clock
        self._token_client = token_client
        self._memory = memory
        self._consent_policy = consent_policy

    async def attend(self, key: Key) -> ConsentProgress:
        """Bring each of a connector's consents as far as it can be brought now."""
        attended = ConsentProgress()
        for consent in _in_turn(self._cluster.consents_of(key)):
            try:
                done = await self._attend(consent)
            except ClusterUnavailable as away:  # it keeps the others waiting, but not the connector's tokens
                log.warning("a consent waits", consent=str(consent.key), cause=str(away))
                return attended.and_then(ConsentProgress(look=self._clock() + (away.retry_after or AWAY)))
            attended = attended.and_then(done)
        return attended

    async def follow_up(self, key: Key, code: PendingCode, outcome: Outcome) -> ConsentProgress:
        """Say what became of a code; one that could not be sent ends its consent, and whoever waits is told at once."""
        problem = _unsendable(outcome)
        if problem is not None:
            for consent in self._cluster.consents_of(key):
                if consent.uid == code.uid and not consent.concluded:
                    situation = ConsentContext(self._cluster.connector(key), self._clock(), problem=problem)
                    await self._say(consent, situation, _unsent(problem))
        return await self.attend(key)

    async def _attend(self, consent: Consent) -> ConsentProgress:
        situation = await self._situation(consent)
        if situation is None:
            return ConsentProgress(look=self._clock() + LOOK_AGAIN)
        verdict = judge(consent, situation, await self._keys.load())
        match verdict:
            case DeleteConsent():
                await self._cluster.delete_consent(consent)
                return ConsentProgress()
            case WaitUntil(until):
                return ConsentProgress(look=until)
            case FillRequest():
                return await self._fill(consent, situation)
            case SetReason(reason, look):
                return await self._say(consent, situation, reason, look)
            case PendingCode():
                return ConsentProgress(code=verdict, look=self._clock() + AGAIN, judged=situation.connector)

    async def _situation(self, consent: Consent) -> ConsentContext | None:
        """Look up what a consent is judged by; nothing where discovery does not answer."""
        key = consent.connector
        connector = self._cluster.connector(key)
        if connector is None and not consent.concluded:
            connector = await self._cluster.read_connector(key)  # two watches: the consent's may be ahead
        state = self._cluster.output(key.namespace, state_name(key.name))
        notes = state.state if state is not None else None
        situation = ConsentContext(connector, self._clock(), None, notes, self._memory.of(key).attempt)
        as_asked = replace(situation, request=consent.status.request)
        if connector is None or consent.concluded or why_not(consent, as_asked):
            return situation
        if situation.now >= consent.created + LIFETIME + ANSWERED:
            return as_asked  # it is void, whatever an issuer says that may not answer at all
        found = await self._token_client.discover(connector)
        if isinstance(found, Problem):
            return None
        endpoints = Endpoints.of(connector.valid_spec, found)
        if endpoints is None:
            return situation
        return replace(
            situation, request=request_of(consent, connector, endpoints, self._consent_policy, await self._keys.load())
        )

    async def _fill(self, consent: Consent, situation: ConsentContext) -> ConsentProgress:
        if situation.request is None:
            return await self._say(consent, situation, ConsentReason.CONNECTOR_INVALID)
        filled = replace(consent, status=consent.status.model_copy(update={"request": situation.request}))
        return await self._say(filled, situation, ConsentReason.AWAITING_USER, consent.created + LIFETIME)

    async def _say(
        self, consent: Consent, situation: ConsentContext, reason: ConsentReason, look: float | None = None
    ) -> ConsentProgress:
        """Write how far a consent is, where its status does not say so already, and of this generation.

        A code that was typed wrong is a new generation with the same reason: it can be typed again.
        """
        if (consent.reason, consent.told) != (reason, consent.generation):
            condition = _condition(consent, situation, reason)
            told: dict[str, object] = {"conditions": (condition,)}
            if reason is ConsentReason.AUTHORIZED and situation.notes is not None:
                told["account"] = situation.notes.account
            status = consent.status.model_copy(update=told)
            if await self._cluster.write_consent(consent, status) is None:
                return ConsentProgress(look=self._clock() + 1.0)
            log.info("consent", consent=str(consent.key), connector=consent.spec.connector_name, reason=reason.value)
        return ConsentProgress(look=look if look is not None else consent.created + KEPT)

    def redirect_of(self, connector: Connector) -> str | None:
        """Give where a connector's browser may come back to, if anywhere."""
        spec = connector.spec
        asks = not isinstance(spec, tuple) and spec.grant_type is GrantType.AUTHORIZATION_CODE
        return self._consent_policy.redirect_of(connector) if asks else None

    # --- what status tells of it --------------------------------------------------------------------------------
    def facts(self, obs: Observation) -> GrantFacts | None:
        """Give what a connector's status tells of its grant; nothing where none is kept."""
        connector, notes = obs.connector, obs.state.state if obs.state is not None else None
        spec = connector.spec
        if isinstance(spec, tuple) or not spec.may_hold_refresh_token:
            return None
        known = GrantFacts(notes=notes or GrantSummary())
        if spec.grant_type is not GrantType.AUTHORIZATION_CODE:
            return known
        public, key = self._consent_policy.public_url, connector.key
        page = f"{public.rstrip('/')}{connector_path(key.namespace, key.name)}" if public else None
        hosted = None if spec.uses_loopback_redirect else page
        return replace(known, redirect_uri=obs.redirect_uri, consent_url=hosted)


def _in_turn(consents: Iterable[Consent]) -> list[Consent]:
    """Give the consents to attend to, oldest first: who makes thousands of them keeps nobody else from a token."""
    ordered = sorted(consents, key=lambda consent: (consent.created, consent.uid))
    under_way = [consent for consent in ordered if not consent.concluded]
    return [consent for consent in ordered if consent.concluded] + under_way[:MOST_OPEN]


_IN_THE_WAY = frozenset({Reason.SECRET_CONFLICT, Reason.STATE_CONFLICT, Reason.SECRET_WRITE_REJECTED})


def _unsendable(outcome: Outcome) -> Problem | None:
    """Give why a code stayed here, where it did: what a try found on this side, or a Secret that is in the way."""
    if not isinstance(outcome, Findings) or outcome.problem is None:
        return None
    tried = outcome.attempt is not None and not outcome.attempt.outbound
    return outcome.problem if tried or outcome.problem.reason is Reason.SECRET_CONFLICT else None


def _unsent(problem: Problem) -> ConsentReason:
    in_the_way = problem.reason in _IN_THE_WAY
    return ConsentReason.SECRET_CONFLICT if in_the_way else ConsentReason.CONNECTOR_INVALID


def _condition(consent: Consent, situation: ConsentContext, reason: ConsentReason) -> ConsentCondition:
    facts = {"connector": consent.spec.connector_name}
    if situation.connector is not None:
        facts |= base_facts(situation.connector)
    if situation.problem is not None:
        facts["cause"] = format_reason_message(situation.problem.reason, facts | dict(situation.problem.facts))
    before = find_condition(consent.status.conditions, "Ready")
    status: Literal["True", "False", "Unknown"] = "True" if reason is ConsentReason.AUTHORIZED else "False"
    status = "Unknown" if reason in UNDER_WAY else status
    return ConsentCondition(
        type="Ready",
        status=status,
        reason=reason,
        message=consent_sentence(reason, facts),
        observed_generation=consent.generation,
        last_transition_time=transition_time(before, status, datetime.fromtimestamp(int(situation.now), UTC)),
    )
