"""The claim protocol: no refresh token is lost, sent twice at once, or sent once its successor is stored.

    read state → choose → claim → send → persist        and only then is anything published

The claim is written to the state Secret, under the version that was read, before the first byte is sent: it proves that
the Secret can be written, blocks a second process, and shows a later one that a request was in progress. Whatever the
response is, it is persisted before the reconciliation continues; while the API server is unavailable the response stays
in memory.
"""

import asyncio
import secrets as randomness
from collections.abc import Awaitable, Callable
from dataclasses import replace
from enum import StrEnum

import structlog

from oauth_connector.api.reasons import Reason
from oauth_connector.connector.checks.decisions import RequestCause
from oauth_connector.connector.grant.choice import PresentedGrant
from oauth_connector.connector.grant.claims import StoreDecision, build_send_window, claim_blocks_until, decide_store
from oauth_connector.connector.grant.results import RequestFailed, TokenObtained
from oauth_connector.connector.grant.state import Claim, GrantState, state_name
from oauth_connector.connector.grant.transitions import conclude_failure, store_failure, store_response
from oauth_connector.connector.observation import Attempt, Connector, Observation
from oauth_connector.connector.status.problem import Problem
from oauth_connector.controller.context import ControllerContext
from oauth_connector.controller.ports import ClusterUnavailable, Superseded, WriteRejected
from oauth_connector.controller.prepared_request import PreparedRequest
from oauth_connector.controller.presented_grant import choose_presented, find_server
from oauth_connector.controller.state_secrets import StateSecrets, StoredState
from oauth_connector.controller.store_gate import StoreGate
from oauth_connector.controller.token_client import TokenClient
from oauth_connector.oauth.errors import Remedy
from oauth_connector.oauth.grants.grant import Purpose

PERSIST_PAUSES = (0.2, 0.5, 1.0, 2.0, 5.0)
"""Seconds between tries to persist a response; the last one repeats."""

LOGGED_TRIES = 12
"""Of so many failed tries one is logged: about one in a minute, for each response that waits."""

log = structlog.get_logger(__name__)


class FaultPoint(StrEnum):
    """Places between claim and publish at which tests end or stop the process."""

    CHOSEN = "chosen"
    CLAIMED = "claimed"
    ANSWERED = "answered"
    PERSISTED = "persisted"


OnFaultPoint = Callable[[FaultPoint], Awaitable[None]]


async def ignore_fault_point(_point: FaultPoint) -> None:
    """Do nothing at a point, as in production."""


class GrantStore:
    """Requests tokens where a response may contain a refresh token; one request at a time for a connector."""

    def __init__(
        self, context: ControllerContext, token_client: TokenClient, on_point: OnFaultPoint = ignore_fault_point
    ) -> None:
        self._cluster = context.ports.cluster
        self._clock = context.ports.clock
        self._leadership = context.ports.leadership
        self._memory = context.memory
        self._states = StateSecrets(context)
        self._token_client = token_client
        self._on_point = on_point
        self.gate = StoreGate()

    async def request_token(self, obs: Observation, cause: RequestCause) -> TokenObtained | RequestFailed | None:
        """Request a token with the stored grant; `None` where another process has claimed it.

        Raises `Superseded` where this process does not lead any more.
        """
        connector = obs.connector
        stored = await self._states.read(connector)
        if isinstance(stored, Problem):
            return RequestFailed(stored, Attempt((), connector.spec.request_digest, outbound=False))
        if await self._is_claimed_elsewhere(obs, stored.state.claim, cause):
            return None
        prepared = await self._token_client.prepare_request(connector, find_server(obs, stored.state, cause))
        if isinstance(prepared, RequestFailed):
            return prepared
        choice = choose_presented(obs, prepared, stored.state, cause)
        if isinstance(choice, Problem):
            return RequestFailed(choice, replace(prepared.attempt, outbound=False))
        await self._on_point(FaultPoint.CHOSEN)
        claimed = await self._claim(obs, stored, choice)
        if not isinstance(claimed, StoredState):
            return _report_unclaimed(claimed, prepared)
        return await self._present(obs, prepared, choice, claimed)

    # --- before the request -------------------------------------------------------------------------------------
    async def _is_claimed_elsewhere(self, obs: Observation, claim: Claim | None, cause: RequestCause) -> bool:
        """Return whether another process has a valid claim; a code does not wait for a refresh."""
        if claim is None or claim.attempt == self._memory.of(obs.connector.key).attempt:
            return False
        if cause is RequestCause.CODE_RECEIVED and claim.purpose is not Purpose.CODE:
            return False
        blocks = claim_blocks_until(claim.at, self._clock()) is not None
        return blocks and not await self._leadership.may_take_up(claim.holder)

    async def _claim(
        self, obs: Observation, stored: StoredState, choice: PresentedGrant
    ) -> StoredState | WriteRejected | None:
        """Record the request in the state Secret; `None` if another process has changed that since it was read."""
        if not self._leadership.is_leading():
            raise Superseded("another process may lead, and no claim was written")
        attempt = randomness.token_hex(8)
        tried = choice.code.uid if choice.code is not None else stored.state.tried
        claim = Claim(attempt, int(self._clock()), choice.purpose, self._leadership.identity)
        key = obs.connector.key
        self._memory.put(key, replace(self._memory.of(key), attempt=attempt))
        return await self._states.write(obs.connector, replace(stored.state, claim=claim, tried=tried), stored.live)

    # --- the request and its response ---------------------------------------------------------------------------
    async def _present(
        self, obs: Observation, prepared: PreparedRequest, choice: PresentedGrant, claimed: StoredState
    ) -> TokenObtained | RequestFailed | None:
        await self._on_point(FaultPoint.CLAIMED)
        key, send_window = obs.connector.key, build_send_window(claimed.state.claim)
        if send_window is not None and self._clock() > send_window.latest:
            log.warning("a claim was too old to be used", connector=str(key))
            return None  # this process was stopped meanwhile, and another may have claimed the grant
        response = await self._token_client.present_grant(prepared, choice.grant, choice.phase, send_window)
        await self._on_point(FaultPoint.ANSWERED)
        if isinstance(response, TokenObtained):
            state = store_response(choice, claimed.state, response, obs.connector.spec)
            response = replace(response, token=state.token or response.token)
        else:
            state = store_failure(choice, claimed.state, response, obs.connector.spec, int(self._clock()))
            response = conclude_failure(response, state, obs.connector.spec)
        stored = state == claimed.state or await self._persist(obs.connector, state, claimed)
        await self._on_point(FaultPoint.PERSISTED)
        return response if stored else None

    async def _persist(self, connector: Connector, state: GrantState, claimed: StoredState) -> bool:
        """Try to write the state until it is stored; return `False` if it must not be stored any more."""
        base: StoredState | None = claimed
        loop = asyncio.get_running_loop()
        tries, began = 0, loop.time()
        while True:
            try:
                done = await self._try_to_persist(connector, state, base, claimed.state)
            except ClusterUnavailable as unavailable:
                if tries % LOGGED_TRIES == 0:
                    cause = str(unavailable)
                    log.warning("a response waits to be persisted", connector=str(connector.key), cause=cause)
            else:
                if done is True and tries == 0:  # a tenant can cause conflicts and rejected writes
                    self.gate.adapt(loop.time() - began)
                if isinstance(done, bool):
                    return done
                base = done
            await asyncio.sleep(PERSIST_PAUSES[min(tries, len(PERSIST_PAUSES) - 1)])
            tries += 1

    async def _try_to_persist(
        self, connector: Connector, state: GrantState, base: StoredState | None, claimed: GrantState
    ) -> bool | StoredState | None:
        """Try once to replace `base`. If that has changed, return the state to replace next, if there is one."""
        if base is not None and isinstance(await self._states.write(connector, state, base.live), StoredState):
            return True
        current = await self._states.read_unverified(connector, claimed)
        if isinstance(current, Problem) or await self._is_deleted(connector):
            return False
        if current.live is None or current.state == state:
            return current if current.live is None else True
        decision = decide_store(current.state, claimed, state, self._clock())
        if decision is StoreDecision.LEAVE:
            log.warning("another process has superseded a claim", connector=str(connector.key))
            return False
        return current if decision is StoreDecision.STORE else None

    async def _is_deleted(self, connector: Connector) -> bool:
        # whichever install is responsible now: only this process has the response
        current = await self._cluster.read_any_connector(connector.key)
        return current is None or current.deleting or current.uid != connector.uid


def _report_unclaimed(rejected: WriteRejected | None, prepared: PreparedRequest) -> RequestFailed | None:
    if rejected is None:
        return None
    facts = {"secret": state_name(prepared.connector.key.name), "cause": rejected.cause}
    problem = Problem(Reason.SECRET_WRITE_REJECTED, Remedy.RETRY, facts)
    return RequestFailed(problem, replace(prepared.attempt, outbound=False))
