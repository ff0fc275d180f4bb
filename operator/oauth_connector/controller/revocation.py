"""Give a grant back to its provider because a person asks for it, and forget it here.

The Secret that pods read goes too: what was revoked is not shown any longer. A connector that needs no person then asks
for another token; one that does waits for a consent.
"""

from dataclasses import replace

import structlog
from pydantic import SecretStr

from oauth_connector.api.v1alpha1.digests import digest_binding
from oauth_connector.connector.grant.results import RequestFailed
from oauth_connector.connector.grant.state import GrantState, read_state, render_state, state_name
from oauth_connector.connector.memory import Memory
from oauth_connector.connector.observation import Observation
from oauth_connector.connector.secret.ownership import is_owned
from oauth_connector.connector.secret.rendering import recover
from oauth_connector.connector.status.findings import Findings
from oauth_connector.connector.status.problem import Problem
from oauth_connector.controller.ports import Clock, Cluster, LiveSecret
from oauth_connector.controller.token_client import PreparedRequest, TokenClient
from oauth_connector.oauth.revocation import Revocation

PATIENCE = 5
"""Tries at a provider that does not answer, until the grant is forgotten here all the same."""

PAUSE = 5.0
"""Seconds between two of these tries."""

log = structlog.get_logger(__name__)


class GrantRevoker:
    """Gives back refresh tokens, or access tokens where there is nothing else."""

    def __init__(self, cluster: Cluster, token_client: TokenClient, memory: Memory, clock: Clock) -> None:
        self._cluster = cluster
        self._token_client = token_client
        self._memory = memory
        self._clock = clock

    async def revoke(self, obs: Observation) -> Findings | float:
        """Revoke and forget; a time to come again where the provider does not answer. Raises `ClusterUnavailable`."""
        key, connector = obs.connector.key, obs.connector
        state = await self._cluster.read_secret(key.namespace, state_name(key.name))
        output = await self._cluster.read_secret(key.namespace, connector.output_name)
        ours = [live for live in (state, output) if live is not None and is_owned(live.metadata, connector)]
        result = await self._given_back(obs, ours)
        if result is None:
            known = self._memory.of(key)
            self._memory.put(key, replace(known, revocations=known.revocations + 1))
            return self._clock() + PAUSE
        for live in ours:
            await self._forget(obs, live)
        log.info("revoked", connector=str(key), result=result.value)
        self._memory.put(key, replace(self._memory.of(key), pending=None, revocations=0))
        return Findings(self._clock(), revoked=result)

    async def _given_back(self, obs: Observation, ours: list[LiveSecret]) -> Revocation | None:
        held = next(((live, found) for live in ours if (found := _token(live)) is not None), None)
        if held is None:
            return Revocation.NOTHING
        prepared = await self._token_client.prepare(obs.connector, _token_url(ours))
        if isinstance(prepared, RequestFailed):
            return self._given_up(obs)
        if not _is_theirs(obs, held[0], prepared):
            return Revocation.REFUSED
        endpoint = await self._token_client.revocation_endpoint(prepared)
        if isinstance(endpoint, Revocation):
            return endpoint
        if isinstance(endpoint, Problem):
            return self._given_up(obs)
        return await self._token_client.revoke(prepared, endpoint, *held[1]) or self._given_up(obs)

    def _given_up(self, obs: Observation) -> Revocation | None:
        tried = self._memory.of(obs.connector.key).revocations + 1
        return Revocation.REFUSED if tried >= PATIENCE else None

    async def _forget(self, obs: Observation, live: LiveSecret) -> None:
        """Delete the output; of the state keep which code was sent last, which must never be sent again."""
        kept = read_state(live.data) if live.metadata.state is not None else None
        if kept is None:
            await self._cluster.delete_secret(live.metadata)
        else:
            await self._cluster.update_secret(
                live, render_state(GrantState(tried=kept.tried, seed=kept.seed), obs.connector)
            )


def _token_url(ours: list[LiveSecret]) -> str | None:
    """Give the token endpoint that the provider named when it redirected, where it did."""
    states = (read_state(live.data) for live in ours if live.metadata.state is not None)
    return next((state.token_url for state in states if state is not None), None)


def _is_theirs(obs: Observation, live: LiveSecret, prepared: PreparedRequest) -> bool:
    """Tell whether a token goes to those who gave it, and as the client that it was given to.

    Of a token that is known from the output alone only the digest of its request tells; where a person gave the grant,
    that does not say by whom it was taken.
    """
    spec = obs.connector.valid_spec
    if live.metadata.state is None:
        return not spec.needs_user and live.metadata.token_digest == obs.token_digest
    state = read_state(live.data)
    return state is not None and state.binding == digest_binding(spec, prepared.client.id)


def _token(live: LiveSecret) -> tuple[SecretStr, str] | None:
    """Give what a Secret holds to be given back, and the hint that says what it is (RFC 7009 §2.1)."""
    state = read_state(live.data) if live.metadata.state is not None else None
    if state is not None and state.refresh_token is not None:
        return state.refresh_token, "refresh_token"
    kept = state.token if state is not None else None
    token = recover(live.metadata, live.data) if live.metadata.state is None else kept
    return (token.access_token, "access_token") if token is not None else None
