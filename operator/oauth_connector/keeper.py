"""The claim protocol: no refresh token is ever lost, sent twice at once, or sent once its successor is stored.

    read state → choose → claim → send → persist        and only then is anything published

The claim is written to the state Secret, under the version that was read, before the first byte leaves: it proves that
the Secret can be written, keeps a second process away, and tells a later one that something was under way. Whatever the
answer, it is persisted before the pass goes on; while the API server is away the answer waits here.
"""

import asyncio
import itertools
import secrets as randomness
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from enum import StrEnum

import structlog
from pydantic import SecretStr

from oauth_connector.api.reasons import Reason
from oauth_connector.api.v1alpha1 import OAuthConnectorSpec
from oauth_connector.connector.actions import Cause
from oauth_connector.connector.choice import Choice, choose, ended, present_code
from oauth_connector.connector.claims import Turn, rests_until, term_of, turn
from oauth_connector.connector.grant_state import (
    Claim,
    Consented,
    GrantState,
    Purpose,
    read_state,
    render_state,
    state_name,
)
from oauth_connector.connector.memory import Memory
from oauth_connector.connector.observation import Attempt, Connector, IssuedToken, Observation
from oauth_connector.connector.ownership import is_ours
from oauth_connector.connector.problem import Problem
from oauth_connector.exchange import Exchange, Failed, Prepared, Received
from oauth_connector.oauth.errors import Remedy, is_unspent
from oauth_connector.oauth.identity import account
from oauth_connector.oauth.token import GrantType
from oauth_connector.ports import Clock, Cluster, ClusterUnavailable, LiveSecret, WriteRefused, Written

PERSIST_PAUSES = (0.2, 0.5, 1.0, 2.0, 5.0)
"""Seconds between tries to persist an answer; the last one for ever."""

LONGEST_FIELD = 16 * 1024
"""Characters of a member that is kept at most: a Secret holds 1 MiB, and what does not fit could never be stored."""

log = structlog.get_logger(__name__)


class Point(StrEnum):
    """Places between claim and publish at which tests end or stop the process."""

    CHOSEN = "chosen"
    CLAIMED = "claimed"
    ANSWERED = "answered"
    PERSISTED = "persisted"


OnPoint = Callable[[Point], Awaitable[None]]


async def nowhere(_point: Point) -> None:
    """Do nothing at a point: what production does at all of them."""


@dataclass(frozen=True, slots=True)
class _Held:
    """The state as it was read or written last, and the Secret that holds it, if there is one."""

    state: GrantState
    live: LiveSecret | None


class GrantKeeper:
    """Asks for tokens where an answer may hold a refresh token; one request at a time for a connector."""

    def __init__(
        self, cluster: Cluster, exchange: Exchange, memory: Memory, clock: Clock, on_point: OnPoint = nowhere
    ) -> None:
        self._cluster = cluster
        self._exchange = exchange
        self._memory = memory
        self._clock = clock
        self._on_point = on_point

    async def ask(self, obs: Observation, cause: Cause) -> Received | Failed | None:
        """Ask for a token with what the grant has come to; `None` where somebody else is at it."""
        connector = obs.connector
        held = await self._read(connector)
        if isinstance(held, Problem):
            return Failed(held, Attempt((), connector.valid_spec.request_digest, outbound=False))
        if self._is_taken(obs, held.state.claim, cause):
            return None
        prepared = await self._exchange.prepare(connector, _endpoint(obs, held.state))
        if isinstance(prepared, Failed):
            return prepared
        choice = self._choice(obs, prepared, held.state, cause)
        if isinstance(choice, Problem):
            return Failed(choice, replace(prepared.attempt, outbound=False))
        await self._on_point(Point.CHOSEN)
        claimed = await self._claim(obs, held, choice)
        if not isinstance(claimed, _Held):
            return _unclaimed(claimed, prepared)
        return await self._carry_out(obs, prepared, choice, claimed)

    def _choice(self, obs: Observation, prepared: Prepared, state: GrantState, cause: Cause) -> Choice | Problem:
        spec = obs.connector.valid_spec
        if cause is Cause.CONSENTED and obs.code is not None:
            if state.tried == obs.code.uid:
                return ended(Reason.CONSENT_REQUIRED)  # another process has sent it: never twice
            return present_code(spec, obs.code)
        return choose(spec, prepared.client.id, state, prepared.own, cause)

    # --- before -------------------------------------------------------------------------------------------------
    async def _read(self, connector: Connector) -> _Held | Problem:
        live = await self._cluster.read_secret(connector.key.namespace, state_name(connector.key.name))
        if live is None:
            return _Held(GrantState(), None)
        if live.metadata.state is None or not is_ours(live.metadata, connector):
            return Problem(Reason.STATE_CONFLICT, Remedy.FIX_SPEC)
        return _Held(read_state(live.data) or GrantState(), live)

    def _is_taken(self, obs: Observation, claim: Claim | None, cause: Cause) -> bool:
        """Tell whether another process is at it, which the cache may not know yet; a code waits for no refresh."""
        if claim is None or claim.attempt == self._memory.of(obs.connector.key).attempt:
            return False
        if cause is Cause.CONSENTED and claim.purpose is not Purpose.CODE:
            return False
        return rests_until(claim.at, self._clock()) is not None

    async def _claim(self, obs: Observation, held: _Held, choice: Choice) -> _Held | WriteRefused | None:
        """Write down what is about to be sent; `None` where the state is no longer the one that was read."""
        attempt = randomness.token_hex(8)
        tried = obs.code.uid if choice.purpose is Purpose.CODE and obs.code else held.state.tried
        claim = Claim(attempt, int(self._clock()), choice.purpose)
        key = obs.connector.key
        self._memory.put(key, replace(self._memory.of(key), attempt=attempt))
        written = await self._write(obs.connector, replace(held.state, claim=claim, tried=tried), held.live)
        return written if isinstance(written, _Held | WriteRefused) else None

    async def _write(
        self, connector: Connector, state: GrantState, live: LiveSecret | None
    ) -> "_Held | WriteRefused | None":
        rendered = render_state(state, connector)
        if live is None:
            result = await self._cluster.create_secret(connector.key.namespace, rendered)
        else:
            result = await self._cluster.update_secret(live, rendered)
        if isinstance(result, Written):
            return _Held(state, result.live)
        return result if isinstance(result, WriteRefused) else None

    # --- the request, and what came of it -----------------------------------------------------------------------
    async def _carry_out(
        self, obs: Observation, prepared: Prepared, choice: Choice, claimed: _Held
    ) -> Received | Failed | None:
        await self._on_point(Point.CLAIMED)
        key, term = obs.connector.key, term_of(claimed.state.claim)
        if term is not None and self._clock() > term.latest:
            log.warning("a claim was too old to be acted on", connector=str(key))
            return None  # this process was stopped meanwhile, and another may be at it
        refused = self._memory.of(key).refusal if choice.purpose is Purpose.PASSWORD else None
        answer = await self._exchange.present(prepared, choice.grant, refused, term)
        await self._on_point(Point.ANSWERED)
        if isinstance(answer, Received):
            state = self._succeeded(obs, choice, claimed.state, answer)
            answer = replace(answer, token=state.token or answer.token)
        else:
            state = _failed(choice, claimed.state, answer, int(self._clock()))
        stored = state == claimed.state or await self._persist(obs.connector, state, claimed)
        await self._on_point(Point.PERSISTED)
        return _shown(answer, state) if stored else None

    def _succeeded(self, obs: Observation, choice: Choice, before: GrantState, answer: Received) -> GrantState:
        spec, now = obs.connector.valid_spec, int(self._clock())
        given = answer.answer.refresh_token
        began_anew = choice.purpose is not Purpose.REFRESH or choice.seed != before.seed
        kept = given if given is not None else (None if began_anew else before.refresh_token)
        if kept is None and choice.seed is not None and began_anew:
            kept = getattr(choice.grant, "token", None)  # a seed that the provider does not rotate goes on being good
        digest = spec.token_digest if began_anew else before.digest
        new_life = answer.answer.refresh_lifetime
        return GrantState(
            refresh_token=kept,
            token=_token(answer, digest, before, spec, renewable=kept is not None or not spec.needs_a_person),
            generation=before.generation + (given is not None),
            binding=choice.binding,
            digest=digest,
            seed=choice.seed,
            token_url=(obs.code.token_url if obs.code else None)
            if choice.purpose is Purpose.CODE
            else before.token_url,
            refresh_issued=now if new_life else (None if began_anew else before.refresh_issued),
            refresh_expires=now + new_life if new_life else (None if began_anew else before.refresh_expires),
            tried=before.tried,
            consent=_consented(obs, answer, now) if choice.purpose is Purpose.CODE else before.consent,
        )

    async def _persist(self, connector: Connector, state: GrantState, claimed: _Held) -> bool:
        """Write what came of it, again and again until it is stored; give `False` where it is not to be any more."""
        at: _Held | None = claimed
        for tries in itertools.count():
            try:
                done = await self._persisted(connector, state, at, claimed.state)
            except ClusterUnavailable as away:
                log.warning("an answer waits to be stored", connector=str(connector.key), cause=str(away))
            else:
                if isinstance(done, bool):
                    return done
                at = done
            await asyncio.sleep(PERSIST_PAUSES[min(tries, len(PERSIST_PAUSES) - 1)])
        raise AssertionError("itertools.count has no end")

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
        if whose is Turn.LEAVE:
            log.warning("somebody else has taken a claim over", connector=str(connector.key))
            return False
        return current if whose is Turn.STORE else None

    async def _is_going(self, connector: Connector) -> bool:
        now = await self._cluster.read_connector(connector.key)
        return now is None or now.deleting or now.uid != connector.uid


def _endpoint(obs: Observation, state: GrantState) -> str | None:
    """Give the endpoint that the provider named when it redirected, where it did; it is for that grant alone."""
    if obs.code is not None:
        return obs.code.token_url
    return state.token_url if obs.connector.valid_spec.grant_type is GrantType.AUTHORIZATION_CODE else None


def _unclaimed(claimed: WriteRefused | None, prepared: Prepared) -> Failed | None:
    if claimed is None:
        return None
    facts = {"secret": state_name(prepared.connector.key.name), "cause": claimed.cause}
    problem = Problem(Reason.SECRET_WRITE_REFUSED, Remedy.RETRY, facts)
    return Failed(problem, replace(prepared.attempt, outbound=False))


def _token(
    answer: Received, digest: str, before: GrantState, spec: OAuthConnectorSpec, *, renewable: bool
) -> IssuedToken:
    """Give the token as it is kept: a life that nobody told is not assumed where nobody could renew it in time."""
    token = replace(answer.token, fields=_fields(answer.token, spec))
    known = answer.answer.lifetime is not None
    if before.token is not None and _is_the_same(before.token, token):
        # a server that repeats its token gives it no later expiry
        return replace(before.token, digest=digest, fields=token.fields)
    scope = answer.answer.scope or (before.token.scope if before.token else None) or token.scope
    expires = token.expires if known or renewable else None
    return replace(token, digest=digest, scope=scope, expires=expires)


def _fields(token: IssuedToken, spec: OAuthConnectorSpec) -> dict[str, SecretStr]:
    """Give the members that the spec asks for, as far as a state Secret has room for them; nothing else is kept."""
    wanted = spec.output.response_fields if spec.output is not None else None
    names = {chosen.name for chosen in wanted or ()} - _PRIVATE
    found = {name: value for name, value in token.fields.items() if name in names}
    return {name: value for name, value in found.items() if len(value.get_secret_value()) <= LONGEST_FIELD}


def _is_the_same(before: IssuedToken, token: IssuedToken) -> bool:
    alive = before.expires is None or before.expires > token.issued
    return alive and before.access_token.get_secret_value() == token.access_token.get_secret_value()


_PRIVATE = frozenset({"access_token", "refresh_token", "id_token"})


def _consented(obs: Observation, answer: Received, now: int) -> Consented | None:
    if obs.code is None:
        return None
    return Consented(obs.code.uid, obs.code.requested_by, now, account(answer.answer.fields))


def _failed(choice: Choice, claimed: GrantState, answer: Failed, now: int) -> GrantState:
    """Say what a failure means for the grant: in doubt, the claim stands, and the same token is sent again."""
    if answer.salvaged is not None and choice.purpose is Purpose.REFRESH:
        return replace(claimed, refresh_token=answer.salvaged, generation=claimed.generation + 1, claim=None)
    if answer.in_doubt and choice.purpose is not Purpose.PASSWORD:
        return claimed
    if choice.purpose is not Purpose.REFRESH:
        return replace(claimed, claim=None)
    if answer.problem.reason is Reason.GRANT_REFUSED:
        return _refused(choice, claimed)
    signal = answer.problem.signal
    turned_away = signal is not None and not is_unspent(signal) and answer.problem.reason is not Reason.RATE_LIMITED
    return claimed.rejected(now) if turned_away else replace(claimed, claim=None)


def _refused(choice: Choice, claimed: GrantState) -> GrantState:
    """Keep a refused token, flagged; a new seed that is refused does not end the grant that it was to replace."""
    replaces = choice.seed != claimed.seed and claimed.refresh_token is not None
    token = claimed.refresh_token or getattr(choice.grant, "token", None)
    return replace(claimed, refresh_token=token, refused=claimed.refused or not replaces, seed=choice.seed, claim=None)


def _shown(answer: Received | Failed, state: GrantState) -> Received | Failed:
    """Call for a person where the refresh token was turned away five times over an hour, while tries go on."""
    if isinstance(answer, Failed) and state.is_worn_out and not answer.problem.needs_a_person:
        return replace(
            answer, problem=replace(answer.problem, reason=Reason.GRANT_REFUSED, remedy=Remedy.CONSENT_AGAIN)
        )
    return answer
