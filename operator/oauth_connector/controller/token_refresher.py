"""Ask for a token in the host's lane, and conclude what came of it."""

import hmac
from collections.abc import Callable, Iterable
from dataclasses import replace

from oauth_connector.connector.checks.decisions import REPAIRS, RequestCause
from oauth_connector.connector.checks.facts import held, shown
from oauth_connector.connector.effective import token_origin
from oauth_connector.connector.grant.results import RequestFailed, TokenObtained
from oauth_connector.connector.memory import Memory
from oauth_connector.connector.observation import IssuedToken, Key, KnownConflict, Observation
from oauth_connector.connector.schedule import refresh_time as schedule
from oauth_connector.connector.schedule.fair_queue import Rank
from oauth_connector.connector.secret.metadata import SecretMetadata
from oauth_connector.connector.secret.ownership import ownership_conflict
from oauth_connector.connector.secret.rendering import recover
from oauth_connector.connector.status.findings import Findings, Outcome, shown_token
from oauth_connector.connector.status.problem import is_strain
from oauth_connector.connector.status.report import next_transition, recall, report
from oauth_connector.controller.host_limiter import LOOK_AGAIN, HostLimiter
from oauth_connector.controller.ports import Clock, Cluster, LiveSecret
from oauth_connector.controller.secret_writer import SecretWriter
from oauth_connector.controller.token_source import TokenSource

OVERTAKEN = 1.0
"""Seconds until the next look where another process has claimed the grant: the cache will say so by then."""


class TokenRefresher:
    """Where tokens come from: one call at a time for a connector, and few at a time at a host."""

    def __init__(
        self, cluster: Cluster, source: TokenSource, secret_writer: SecretWriter, memory: Memory, clock: Clock
    ) -> None:
        self.host_limiter = HostLimiter()
        self.call: Callable[[Key], None] = lambda _key: None
        self._cluster = cluster
        self._source = source
        self._secret_writer = secret_writer
        self._memory = memory
        self._clock = clock

    async def mint(self, obs: Observation, cause: RequestCause) -> Outcome:
        """Ask for a token when the host has a place for us; waiting is done outside, not in a worker."""
        key, host = obs.connector.key, token_origin(obs.connector.valid_spec)
        if self.host_limiter.waits_elsewhere(key, host):
            self.withdraw(key)
        wait = self.host_limiter.enter(host, key, _rank(obs, cause), obs.now)
        if wait is not None:
            self._call(self.host_limiter.next(host))
            return self._waiting(obs, wait)
        outcome: Outcome = None
        try:
            outcome = await self._ask(obs, cause)
        finally:
            strained, closed_until = self._strain(outcome)
            self._call(self.host_limiter.leave(host, key, strained=strained, closed_until=closed_until))
        return outcome

    def _waiting(self, obs: Observation, wait: float) -> Outcome:
        """Say nothing while a place is waited for, unless what status says is no longer so: its token may expire."""
        status = obs.connector.status
        findings = Findings(obs.now, shown_token(shown(obs)), recall(obs.connector), next_call=wait)
        soon = not status.conditions and wait <= obs.now + LOOK_AGAIN
        if soon or report(obs.connector, findings).conditions == status.conditions:
            return min(wait, next_transition(status, obs.now) or wait)
        return findings

    def withdraw(self, key: Key) -> None:
        """Give up a place that a connector waits for at a host, or was called to; a pass that wants one asks again."""
        self._call(self.host_limiter.withdraw(key))

    def _call(self, keys: Iterable[Key]) -> None:
        for key in keys:
            self.call(key)

    def _strain(self, outcome: Outcome) -> tuple[bool, float]:
        signal = outcome.problem.signal if isinstance(outcome, Findings) and outcome.problem else None
        if signal is None or not is_strain(signal):
            return False, 0.0
        return True, self._clock() + signal.retry_after if signal.retry_after else 0.0

    async def _ask(self, obs: Observation, cause: RequestCause) -> Outcome:
        """Look once more at what the call depends on, live, and then make it."""
        key = obs.connector.key
        connector = await self._cluster.read_connector(key)
        if connector is None or not connector.asks_the_same(obs.connector):
            return self._clock()  # the cache knows better now: another pass decides
        obs = replace(obs, connector=connector)
        live = None if _is_new(obs, cause) else await self._cluster.read_secret(key.namespace, connector.output_name)
        if live is not None and (problem := ownership_conflict(live.metadata, connector)):
            self._memory.put(key, replace(self._memory.of(key), conflict=KnownConflict(problem, obs.now)))
            return Findings(obs.now, problem=problem)
        if live is not None and live.metadata.managed and not _is_known(live.metadata, obs.output):
            return self._clock()
        if cause is RequestCause.LOST and await self._cluster.is_terminating(key.namespace):
            return None
        return await self._asked(obs, cause, live)

    async def _asked(self, obs: Observation, cause: RequestCause, live: LiveSecret | None) -> Outcome:
        key = obs.connector.key
        memory = replace(self._memory.of(key), last_call=self._clock(), conflict=None)
        if cause in REPAIRS:
            memory = replace(memory, repairs=(*memory.repairs[-5:], obs.now))
        self._memory.put(key, memory)
        answer = await self._source.ask(obs, cause)
        if answer is None:
            return self._clock() + OVERTAKEN  # another process is at it, and the cache will say so
        if isinstance(answer, RequestFailed):
            return self._failed(obs, answer)
        return await self._received(obs, answer, live)

    def _failed(self, obs: Observation, answer: RequestFailed) -> Findings:
        key, token, problem = obs.connector.key, shown(obs), answer.problem
        memory = self._memory.of(key)
        self._memory.put(key, replace(memory, refusal=answer.refusal or memory.refusal))
        retry_after = problem.signal.retry_after if problem.signal else None
        attempts = obs.connector.status.failed_attempts + 1
        failing = schedule.Failing(attempts, int(self._clock()), retry_after)
        expires = token.expires_at if token is not None else None
        again = schedule.retry_time(failing, problem.pace, expires, obs.connector.uid)
        if answer.in_doubt and attempts == 1 and retry_after is None and problem.repeatable:
            again = failing.last  # at once: many servers take the same refresh token again for a few seconds
        planned = again if problem.repeatable and answer.attempt.outbound else None
        return Findings(self._clock(), shown_token(token), problem, answer.attempt, planned)

    async def _received(self, obs: Observation, answer: TokenObtained, live: LiveSecret | None) -> Findings:
        key, token = obs.connector.key, answer.token
        findings = Findings(self._clock(), shown_token(shown(obs)), attempt=answer.attempt)
        known = _repeated(token, live, obs.now)
        self._memory.put(
            key, replace(self._memory.of(key), refusal=None, repeats_tokens=known is not None, set_back=0.0)
        )
        if known is None:
            return await self._secret_writer.publish(obs, token, live, findings)
        if known.digest == token.digest:
            return findings
        unchanged = replace(token, issued=known.issued, expires=known.expires)
        return await self._secret_writer.publish(obs, unchanged, live, findings)


def _rank(obs: Observation, cause: RequestCause) -> Rank:
    """Let a first token go before refreshes, once; among refreshes the earliest expiry; last what only ever failed."""
    token = held(obs)
    failed = obs.connector.status.failed_attempts
    if token is not None:
        return (1, float(token.expires_at or 0))
    return (2, float(failed)) if failed else (0 if cause is RequestCause.FIRST else 1, 0.0)


def _is_new(obs: Observation, cause: RequestCause) -> bool:
    """Tell whether nothing was ever said of the connector: then the Secret's POST finds out whether it exists."""
    return cause is RequestCause.FIRST and not obs.connector.status.conditions


def _is_known(live: SecretMetadata, seen: SecretMetadata | None) -> bool:
    """Tell whether the token that a Secret shows is the one that was decided on."""
    return seen is not None and (live.issued_at, live.token_digest) == (seen.issued_at, seen.token_digest)


def _repeated(token: IssuedToken, live: LiveSecret | None, now: float) -> IssuedToken | None:
    """Give the token that is shown already if the server gave it again: no new token, and no later expiry.

    Once that expiry has passed, the server's word for the same token counts as news; what somebody edited is no word
    to go by at all.
    """
    known = recover(live.metadata, live.data) if live is not None and live.metadata.intact else None
    if known is None or known.expires is None or known.expires <= now:
        return None
    same = hmac.compare_digest(
        known.access_token.get_secret_value().encode(), token.access_token.get_secret_value().encode()
    )
    return known if same else None
