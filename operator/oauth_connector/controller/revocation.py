"""Revokes a grant at its provider (RFC 7009) on request, and deletes it in the cluster.

The output Secret is deleted too. After that a connector that needs no user requests a new token; a connector that needs
a user waits for a consent.
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

MAX_TRIES = 5
"""Attempts at a provider that does not respond, after which the grant is deleted anyway."""

PAUSE = 5.0
"""Seconds between two attempts."""

log = structlog.get_logger(__name__)


class GrantRevoker:
    """Revokes refresh tokens, or access tokens if there is no refresh token."""

    def __init__(self, cluster: Cluster, token_client: TokenClient, memory: Memory, clock: Clock) -> None:
        self._cluster = cluster
        self._token_client = token_client
        self._memory = memory
        self._clock = clock

    async def revoke(self, obs: Observation) -> Findings | float:
        """Revoke and delete the grant. Return the time of the next attempt if the provider does not respond.

        Raises `ClusterUnavailable`.
        """
        key, connector = obs.connector.key, obs.connector
        state = await self._cluster.read_secret(key.namespace, state_name(key.name))
        output = await self._cluster.read_secret(key.namespace, connector.output_name)
        owned = [live for live in (state, output) if live is not None and is_owned(live.metadata, connector)]
        result = await self._revoke_at_provider(obs, owned)
        if result is None:
            known = self._memory.of(key)
            self._memory.put(key, replace(known, revocations=known.revocations + 1))
            return self._clock() + PAUSE
        for live in owned:
            await self._delete_grant(obs, live)
        log.info("revoked", connector=str(key), result=result.value)
        self._memory.put(key, replace(self._memory.of(key), pending=None, revocations=0))
        return Findings(self._clock(), revoked=result)

    async def _revoke_at_provider(self, obs: Observation, owned: list[LiveSecret]) -> Revocation | None:
        presented = next(((live, found) for live in owned if (found := _revocable_token(live)) is not None), None)
        if presented is None:
            return Revocation.NOTHING
        prepared = await self._token_client.prepare(obs.connector, _token_url(owned))
        if isinstance(prepared, RequestFailed):
            return self._give_up(obs)
        if not _is_bound_to(obs, presented[0], prepared):
            return Revocation.REFUSED
        endpoint = await self._token_client.revocation_endpoint(prepared)
        if isinstance(endpoint, Revocation):
            return endpoint
        if isinstance(endpoint, Problem):
            return self._give_up(obs)
        return await self._token_client.revoke(prepared, endpoint, *presented[1]) or self._give_up(obs)

    def _give_up(self, obs: Observation) -> Revocation | None:
        tried = self._memory.of(obs.connector.key).revocations + 1
        return Revocation.REFUSED if tried >= MAX_TRIES else None

    async def _delete_grant(self, obs: Observation, live: LiveSecret) -> None:
        """Delete the output Secret. The state Secret keeps which code was sent last: it must not be sent again."""
        kept = read_state(live.data) if live.metadata.state is not None else None
        if kept is None:
            await self._cluster.delete_secret(live.metadata)
        else:
            await self._cluster.update_secret(
                live, render_state(GrantState(tried=kept.tried, seed=kept.seed), obs.connector)
            )


def _token_url(owned: list[LiveSecret]) -> str | None:
    """Return the token endpoint that the redirect named, if any."""
    states = (read_state(live.data) for live in owned if live.metadata.state is not None)
    return next((state.token_url for state in states if state is not None), None)


def _is_bound_to(obs: Observation, live: LiveSecret, prepared: PreparedRequest) -> bool:
    """Return whether a token was issued by the server and to the client of the prepared request.

    For a token from the output Secret this is decided by the digest of its request. For a grant of a user the digest
    does not identify the client, so such a token is not sent.
    """
    spec = obs.connector.valid_spec
    if live.metadata.state is None:
        return not spec.needs_user and live.metadata.token_digest == obs.token_digest
    state = read_state(live.data)
    return state is not None and state.binding == digest_binding(spec, prepared.client.id)


def _revocable_token(live: LiveSecret) -> tuple[SecretStr, str] | None:
    """Return the token of a Secret to revoke, and its `token_type_hint` (RFC 7009 §2.1)."""
    state = read_state(live.data) if live.metadata.state is not None else None
    if state is not None and state.refresh_token is not None:
        return state.refresh_token, "refresh_token"
    kept = state.token if state is not None else None
    token = recover(live.metadata, live.data) if live.metadata.state is None else kept
    return (token.access_token, "access_token") if token is not None else None
