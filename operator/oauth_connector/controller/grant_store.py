"""The claim protocol: no refresh token is ever lost, sent twice at once, or sent once its successor is stored.

    read state → choose → claim → send → persist        and only then is anything published

The claim is written to the state Secret, under the version that was read, before the first byte leaves: it proves that
the Secret can be written, keeps a second process away, and tells a later one that something was under way. Whatever the
answer, it is persisted before the pass goes on; while the API server is away the answer waits here.
"""

import asyncio
import secrets as randomness
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from enum import StrEnum

import structlog

from oauth_connector.api.reasons import Reason
from oauth_connector.connector.checks.decisions import RequestCause
from oauth_connector.connector.grant.choice import PresentedGrant, choose_grant, ended, present_code
from oauth_connector.connector.grant.claims import StoreDecision, claim_blocks_until, term_of, turn
from oauth_connector.connector.grant.results import RequestFailed, TokenObtained
from oauth_connector.connector.grant.state import Claim, GrantState, read_state, render_state, state_name
from oauth_connector.connector.grant.transitions import failed, succeeded, told
from oauth_connector.connector.memory import Memory
from oauth_connector.connector.observation import Attempt, Connector, Observation
from oauth_connector.connector.secret.ownership import is_owned
from oauth_connector.connector.status.problem import Problem
from oauth_connector.controller.ports import (
    Clock,
    Cluster,
    ClusterUnavailable,
    LiveSecret,
    SecretWritten,
    WriteRejected,
)
from oauth_connector.controller.token_client import PreparedRequest, TokenClient
from oauth_connector.oauth.errors import Remedy
from oauth_connector.oauth.grants.grant import Purpose
from oauth_connector.oauth.grants.registry import GrantType

PERSIST_PAUSES = (0.2, 0.5, 1.0, 2.0, 5.0)
"""Seconds between tries to persist an answer; the last one for ever."""

log = structlog.get_logger(__name__)


class FaultPoint(StrEnum):
    """Places between claim and publish at which tests end or stop the process."""

    CHOSEN = "chosen"
    CLAIMED = "claimed"
    ANSWERED = "answered"
    PERSISTED = "persisted"


OnFaultPoint = Callable[[FaultPoint], Awaitable[None]]


async def ignore_fault_point(_point: FaultPoint) -> None:
    """Do nothing at a point: what production does at all of them."""


@dataclass(frozen=True, slots=True)
class _Held:
    """The state as it was read or written last, and the Secret that holds it, if there is one."""

    state: GrantState
    live: LiveSecret | None


class GrantStore:
    """Asks for tokens where an answer may hold a refresh token; one request at a time for a connector."""

    def __init__(
        self,
        cluster: Cluster,
        token_client: TokenClient,
        memory: Memory,
        clock: Clock,
        on_point: OnFaultPoint = ignore_fault_point,
    ) -> None:
        self._cluster = cluster
        self._token_client = token_client
        self._memory = memory
        self._clock = clock
        self._on_point = on_point

    async def ask(self, obs: Observation, cause: RequestCause) -> TokenObtained | RequestFailed | None:
        """Ask for a token with what the grant has come to; `None` where somebody else is at it."""
        connector = obs.connector
        held = await self._read(connector)
        if isinstance(held, Problem):
            return RequestFailed(held, Attempt((), connector.valid_spec.request_digest, outbound=False))
        if self._is_taken(obs, held.state.claim, cause):
            return None
        prepared = await self._token_client.prepare(connector, _endpoint(obs, held.state, cause))
        if isinstance(prepared, RequestFailed):
            return prepared
        choice = self._choice(obs, prepared, held.state, cause)
        if isinstance(choice, Problem):
            return RequestFailed(choice, replace(prepared.attempt, outbound=False))
        await self._on_point(FaultPoint.CHOSEN)
        claimed = await self._claim(obs, held, choice)
        if not isinstance(claimed, _Held):
            return _unclaimed(claimed, prepared)
        return await self._carry_out(obs, prepared, choice, claimed)

    def _choice(
        self, obs: Observation, prepared: PreparedRequest, state: GrantState, cause: RequestCause
    ) -> PresentedGrant | Problem:
        spec = obs.connector.valid_spec
        if cause is RequestCause.CONSENTED and obs.code is not None:
            if state.tried == obs.code.uid:
                return ended(Reason.CONSENT_REQUIRED)  # another process has sent it: never twice
            return present_code(spec, obs.code)
        return choose_grant(spec, prepared.client.id, state, prepared.own, cause)

    # --- before -------------------------------------------------------------------------------------------------
    async def _read(self, connector: Connector) -> _Held | Problem:
        live = await self._cluster.read_secret(connector.key.namespace, state_name(connector.key.name))
        if live is None:
            return _Held(GrantState(), None)
        if live.metadata.state is None or not is_owned(live.metadata, connector):
            return Problem(Reason.STATE_CONFLICT, Remedy.FIX_SPEC)
        return _Held(read_state(live.data) or GrantState(), live)

    def _is_taken(self, obs: Observation, claim: Claim | None, cause: RequestCause) -> bool:
        """Tell whether another process is at it, which the cache may not know yet; a code waits for no refresh."""
        if claim is None or claim.attempt == self._memory.of(obs.connector.key).attempt:
            return False
        if cause is RequestCause.CONSENTED and claim.purpose is not Purpose.CODE:
            return False
        return claim_blocks_until(claim.at, self._clock()) is not None

    async def _claim(self, obs: Observation, held: _Held, choice: PresentedGrant) -> _Held | WriteRejected | None:
        """Write down what is about to be sent; `None` where the state is no longer the one that was read."""
        attempt = randomness.token_hex(8)
        tried = choice.code.uid if choice.code is not None else held.state.tried
        claim = Claim(attempt, int(self._clock()), choice.purpose)
        key = obs.connector.key
        self._memory.put(key, replace(self._memory.of(key), attempt=attempt))
        written = await self._write(obs.connector, replace(held.state, claim=claim, tried=tried), held.live)
        return written if isinstance(written, _Held | WriteRejected) else None

    async def _write(
        self, connector: Connector, state: GrantState, live: LiveSecret | None
    ) -> "_Held | WriteRejected | None":
        rendered = render_state(state, connector)
        if live is None:
            result = await self._cluster.create_secret(connector.key.namespace, rendered)
        else:
            result = await self._cluster.update_secret(live, rendered)
        if isinstance(result, SecretWritten):
            return _Held(state, result.live)
        return result if isinstance(result, WriteRejected) else None

    # --- the request, and what came of it -----------------------------------------------------------------------
    async def _carry_out(
        self, obs: Observation, prepared: PreparedRequest, choice: PresentedGrant, claimed: _Held
    ) -> TokenObtained | RequestFailed | None:
        await self._on_point(FaultPoint.CLAIMED)
        key, term = obs.connector.key, term_of(claimed.state.claim)
        if term is not None and self._clock() > term.latest:
            log.warning("a claim was too old to be acted on", connector=str(key))
            return None  # this process was stopped meanwhile, and another may be at it
        refused = self._memory.of(key).refusal if choice.purpose is Purpose.CREDENTIALS else None
        answer = await self._token_client.present(prepared, choice.grant, refused, term)
        await self._on_point(FaultPoint.ANSWERED)
        if isinstance(answer, TokenObtained):
            state = succeeded(choice, claimed.state, answer, obs.connector.valid_spec)
            answer = replace(answer, token=state.token or answer.token)
        else:
            state = failed(choice, claimed.state, answer, int(self._clock()))
        stored = state == claimed.state or await self._persist(obs.connector, state, claimed)
        await self._on_point(FaultPoint.PERSISTED)
        return told(answer, state) if stored else None

    async def _persist(self, connector: Connector, state: GrantState, claimed: _Held) -> bool:
        """Write what came of it, again and again until it is stored; give `False` where it is not to be any more."""
        at: _Held | None = claimed
        tries = 0
        while True:
            try:
                done = await self._persisted(connector, state, at, claimed.state)
            except ClusterUnavailable as away:
                log.warning("an answer waits to be stored", connector=str(connector.key), cause=str(away))
            else:
                if isinstance(done, bool):
                    return done
                at = done
            await asyncio.sleep(PERSIST_PAUSES[min(tries, len(PERSIST_PAUSES) - 1)])
            tries += 1

    async def _persisted(
        self, connector: Connector, state: GrantState, at: _Held | None, claimed: GrantState
    ) -> bool | _Held | None:
        """Try to write once over what was there; where that has changed, give what to write over next, if anything."""
        if at is not None and isinstance(await self._write(connector, state, at.live), _Held):
            return True
        current = await self._read(connector)
        if isinstance(current, Problem) or await self._is_going(connector):
            return False
        if current.live is None or current.state == state:
            return current if current.live is None else True
        whose = turn(current.state, claimed, state, self._clock())
        if whose is StoreDecision.LEAVE:
            log.warning("somebody else has taken a claim over", connector=str(connector.key))
            return False
        return current if whose is StoreDecision.STORE else None

    async def _is_going(self, connector: Connector) -> bool:
        now = await self._cluster.read_connector(connector.key)
        return now is None or now.deleting or now.uid != connector.uid


def _endpoint(obs: Observation, state: GrantState, cause: RequestCause) -> str | None:
    """Give the endpoint that the provider named when it redirected, where it did; it is for that grant alone."""
    if obs.code is not None and cause is RequestCause.CONSENTED:
        return obs.code.token_url
    return state.token_url if obs.connector.valid_spec.grant_type is GrantType.AUTHORIZATION_CODE else None


def _unclaimed(claimed: WriteRejected | None, prepared: PreparedRequest) -> RequestFailed | None:
    if claimed is None:
        return None
    facts = {"secret": state_name(prepared.connector.key.name), "cause": claimed.cause}
    problem = Problem(Reason.SECRET_WRITE_REJECTED, Remedy.RETRY, facts)
    return RequestFailed(problem, replace(prepared.attempt, outbound=False))
