"""Obtains a token in a slot of its host's queue, publishes it, and computes the time of the next request."""

import hmac
from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import replace

from oauth_connector.connector.checks.decisions import REPAIR_CAUSES, RequestCause
from oauth_connector.connector.checks.facts import published_token
from oauth_connector.connector.checks.rank import rank_request
from oauth_connector.connector.checks.retry import count_doubts, plan_retry
from oauth_connector.connector.effective import name_client, token_origin
from oauth_connector.connector.grant.polls import find_poll_answer, is_undecided
from oauth_connector.connector.grant.results import RequestFailed, TokenObtained
from oauth_connector.connector.observation import Connector, IssuedToken, Key, KnownConflict, Observation
from oauth_connector.connector.secret.metadata import SecretMetadata
from oauth_connector.connector.secret.ownership import ownership_conflict
from oauth_connector.connector.secret.rendering import recover
from oauth_connector.connector.status.findings import ActionResult, Findings, find_published_token
from oauth_connector.connector.status.problem import Problem, describe_limit, is_strain
from oauth_connector.connector.status.report import next_transition, recorded_problem, report
from oauth_connector.controller.client_limits import ClientLimits, LimitedClient
from oauth_connector.controller.context import ControllerContext
from oauth_connector.controller.grant_store import GrantStore
from oauth_connector.controller.host_limiter import RETRY_INTERVAL, HostLimiter
from oauth_connector.controller.introspection import introspect_lifetime
from oauth_connector.controller.ports import LiveSecret, Superseded
from oauth_connector.controller.secret_writer import SecretWriter
from oauth_connector.controller.token_client import TokenClient
from oauth_connector.oauth.signals import is_unspent

OVERTAKEN_PAUSE = 1.0
"""Seconds until the next reconciliation where another process has claimed the grant: the cache shows it by then."""


class TokenRefresher:
    """Sends token requests: one at a time for a connector, and a limited number at a time to a host."""

    def __init__(
        self,
        context: ControllerContext,
        token_client: TokenClient,
        grant_store: GrantStore,
        secret_writer: SecretWriter,
    ) -> None:
        self.host_limiter = HostLimiter()
        self._client_limits = ClientLimits()
        self._cluster = context.ports.cluster
        self._clock = context.ports.clock
        self._leadership = context.ports.leadership
        self._memory = context.memory
        self._enqueue = context.enqueue
        self._token_client = token_client
        self._grant_store = grant_store
        self._secret_writer = secret_writer

    async def refresh(self, obs: Observation, cause: RequestCause) -> ActionResult:
        """Obtain a token once the host has a free slot; a connector that waits for one occupies no worker."""
        key, host = obs.connector.key, token_origin(obs.connector.spec)
        if self.host_limiter.is_waiting_elsewhere(key, host):
            self.withdraw(key)
        client = LimitedClient(host, key.namespace, name_client(obs.connector.spec))
        if (limited_until := self._client_limits.find_end(client, obs.now)) is not None:
            self.withdraw(key)
            return _report_waiting(obs, limited_until, describe_limit(obs.connector.spec, limited_until))
        retry_at = self.host_limiter.enter(host, key, rank_request(obs, cause), obs.now)
        if retry_at is not None:
            self._wake(self.host_limiter.admit_next(host))
            return _report_waiting(obs, retry_at)
        result = ActionResult()
        try:
            async with self._wait_for_storage(obs, cause):
                result = await self._request(obs, cause)
        finally:
            signal = result.problem.signal if result.problem is not None else None
            strained = signal is not None and is_strain(signal)
            if signal is not None and strained and signal.retry_after:
                self._client_limits.extend(client, self._clock() + signal.retry_after, self._clock())
            self._wake(self.host_limiter.leave(host, key, strained=strained))
        return result

    def withdraw(self, key: Key) -> None:
        """Give up the slot that a connector waits for or was admitted to; it can enter the queue again."""
        self._wake(self.host_limiter.withdraw(key))

    def _wake(self, keys: Iterable[Key]) -> None:
        for key in keys:
            self._enqueue(key)

    def _wait_for_storage(self, obs: Observation, cause: RequestCause) -> AbstractAsyncContextManager[None]:
        """Return a block that begins when a response can be stored, where that is necessary."""
        if not obs.connector.spec.may_hold_refresh_token:
            return nullcontext()
        at_once = cause in (RequestCause.CODE_RECEIVED, RequestCause.CLAIM_IN_DOUBT)
        return self._grant_store.gate.admit(obs.connector.key, rank_request(obs, cause), at_once=at_once)

    async def _request(self, obs: Observation, cause: RequestCause) -> ActionResult:
        """Read live what the request depends on, then send it.

        A request that spends nothing can be repeated: a connector as it was seconds ago is sufficient for it. Where a
        Secret was deleted the connector may be deleted too, and a Secret that is retained has no owner to end it.
        """
        key = obs.connector.key
        is_read = obs.connector.spec.may_hold_refresh_token or cause in REPAIR_CAUSES
        connector = await (self._cluster.read_connector(key) if is_read else self._cluster.confirm_connector(key))
        if not isinstance(connector, Connector) or not connector.is_same_request(obs.connector):
            return ActionResult(requeue_at=self._clock())  # the cache is newer now: decide again
        obs = replace(obs, connector=connector) if connector is not obs.connector else obs
        live = None if _is_new(obs, cause) else await self._cluster.read_secret(key.namespace, connector.output_name)
        if live is not None and (problem := ownership_conflict(live.metadata, connector)):
            self._memory.put(key, replace(self._memory.of(key), conflict=KnownConflict(problem, obs.now)))
            return ActionResult(Findings(obs.now, problem=problem))
        if live is not None and live.metadata.managed and not _is_as_observed(live.metadata, obs.output):
            return ActionResult(requeue_at=self._clock())
        if cause is RequestCause.SECRET_DELETED and await self._cluster.is_terminating(key.namespace):
            return ActionResult()
        self._record_request(obs, cause)
        if connector.spec.may_hold_refresh_token:
            response = await self._grant_store.request_token(obs, cause)
        else:
            response = await self._token_client.request_token(connector)
        # the least gap counts from here: the request may have waited for the API server before it was sent
        counted = self._clock() if not is_undecided(obs.code, response) else obs.memory.last_call
        self._memory.put(key, replace(self._memory.of(key), last_call=counted))
        return await self._conclude(obs, cause, response, live)

    def _record_request(self, obs: Observation, cause: RequestCause) -> None:
        key = obs.connector.key
        memory = replace(self._memory.of(key), last_call=self._clock(), conflict=None)
        if cause in REPAIR_CAUSES:
            memory = replace(memory, repairs=(*memory.repairs[-5:], obs.now))
        self._memory.put(key, memory)

    async def _conclude(
        self,
        obs: Observation,
        cause: RequestCause,
        response: TokenObtained | RequestFailed | None,
        live: LiveSecret | None,
    ) -> ActionResult:
        if response is None:  # another process has the claim, and the cache will show it
            return ActionResult(requeue_at=self._clock() + OVERTAKEN_PAUSE)
        if isinstance(response, RequestFailed):
            self._require_lead_if_unsent(response)
            if (answer := find_poll_answer(obs.code, response)) is not None:
                return ActionResult(requeue_at=self._clock(), poll=answer)  # a refresh may be due
            return ActionResult(self._plan_retry(obs, cause, response))
        return ActionResult(await self._publish(obs, response, live))

    def _require_lead_if_unsent(self, failure: RequestFailed) -> None:
        """Raise `Superseded` for a request that was not sent because another process may lead: it has no outcome."""
        signal = failure.problem.signal
        if signal is not None and is_unspent(signal) and not self._leadership.is_leading():
            raise Superseded("another process may lead, and no request was sent")

    def _plan_retry(self, obs: Observation, cause: RequestCause, failure: RequestFailed) -> Findings:
        known = self._memory.of(obs.connector.key)
        doubts = count_doubts(known.doubts, cause, failure)
        self._memory.put(obs.connector.key, replace(known, doubts=doubts))
        return plan_retry(obs, failure, doubts, self._clock())

    async def _publish(self, obs: Observation, obtained: TokenObtained, live: LiveSecret | None) -> Findings:
        key, token = obs.connector.key, obtained.token
        findings = Findings(self._clock(), find_published_token(published_token(obs)), attempt=obtained.attempt)
        known = _find_repeated(token, live, obs.now)
        self._memory.put(key, replace(self._memory.of(key), repeats_tokens=known is not None, set_back=0.0, doubts=0))
        if known is None:
            token = await introspect_lifetime(self._token_client, obs.connector, token, obtained.server)
            return await self._secret_writer.publish(obs, token, live, findings)
        if known.digest == token.digest:
            return findings
        source = known.lifetime_source
        unchanged = replace(token, issued=known.issued, expires=known.expires, lifetime_source=source)
        return await self._secret_writer.publish(obs, unchanged, live, findings)


def _report_waiting(obs: Observation, retry_at: float, problem: Problem | None = None) -> ActionResult:
    """Write no status while the connector waits for a slot, unless status is no longer true: its token may expire."""
    status = obs.connector.status
    problem, published = problem or recorded_problem(obs.connector), find_published_token(published_token(obs))
    findings = Findings(obs.now, published, problem, next_call=retry_at)
    is_short = not status.conditions and retry_at <= obs.now + RETRY_INTERVAL
    if is_short or report(obs.connector, findings).conditions == status.conditions:
        return ActionResult(requeue_at=min(retry_at, next_transition(status, obs.now) or retry_at))
    return ActionResult(findings)


def _is_new(obs: Observation, cause: RequestCause) -> bool:
    """Return whether the connector has no status yet. Then the Secret is not read: its POST fails if it exists."""
    return cause is RequestCause.FIRST_TOKEN and not obs.connector.status.conditions


def _is_as_observed(live: SecretMetadata, seen: SecretMetadata | None) -> bool:
    """Return whether the token in a Secret is the one that the decision is based on."""
    return seen is not None and (live.issued_at, live.token_digest) == (seen.issued_at, seen.token_digest)


def _find_repeated(token: IssuedToken, live: LiveSecret | None, now: float) -> IssuedToken | None:
    """Return the published token if the server returned it again: it is no new token and gets no later expiry.

    Once that expiry has passed, the server's lifetime for the same token counts. A Secret that another client edited
    proves nothing.
    """
    known = recover(live.metadata, live.data) if live is not None and live.metadata.intact else None
    if known is None or known.expires is None or known.expires <= now:
        return None
    is_same = hmac.compare_digest(
        known.access_token.get_secret_value().encode(), token.access_token.get_secret_value().encode()
    )
    return known if is_same else None
