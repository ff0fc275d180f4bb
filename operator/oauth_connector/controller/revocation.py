"""Revoke a grant at its provider because a user requests it, and delete it here.

The output Secret is deleted too: a revoked token is not published. A connector that needs no user then requests another
token; one that does waits for a consent.
"""

from dataclasses import replace

import structlog
from pydantic import SecretStr

from oauth_connector.api.v1alpha1.digests import digest_binding, is_same_binding
from oauth_connector.connector.effective import find_grant_token_url
from oauth_connector.connector.grant.results import RequestFailed
from oauth_connector.connector.grant.state import GrantState, read_state, render_state, state_name
from oauth_connector.connector.observation import Observation
from oauth_connector.connector.secret.ownership import is_owned
from oauth_connector.connector.secret.rendering import recover
from oauth_connector.connector.status.findings import ActionResult, Findings
from oauth_connector.connector.status.problem import Problem
from oauth_connector.controller.context import ControllerContext
from oauth_connector.controller.ports import LiveSecret
from oauth_connector.controller.prepared_request import PreparedRequest
from oauth_connector.controller.token_client import TokenClient
from oauth_connector.oauth.revocation import Revocation

MOST_TRIES = 5
"""The number of requests to a provider that does not respond. After them the grant is deleted here in any case."""

PAUSE = 5.0
"""Seconds between two attempts."""

log = structlog.get_logger(__name__)


class GrantRevoker:
    """Revokes refresh tokens, or access tokens where there is no refresh token."""

    def __init__(self, context: ControllerContext, token_client: TokenClient) -> None:
        self._cluster = context.ports.cluster
        self._clock = context.ports.clock
        self._memory = context.memory
        self._token_client = token_client

    async def revoke(self, obs: Observation) -> ActionResult:
        """Revoke and delete a grant; retry later where the provider does not respond. Raises `ClusterUnavailable`."""
        key, connector = obs.connector.key, obs.connector
        state = await self._cluster.read_secret(key.namespace, state_name(key.name))
        output = await self._cluster.read_secret(key.namespace, connector.output_name)
        owned = [live for live in (state, output) if live is not None and is_owned(live.metadata, connector)]
        outcome = await self._revoke_at_provider(obs, owned)
        if outcome is None:
            known = self._memory.of(key)
            self._memory.put(key, replace(known, revocations=known.revocations + 1))
            return ActionResult(requeue_at=self._clock() + PAUSE)
        for live in owned:
            await self._delete(obs, live)
        log.info("revoked", connector=str(key), result=outcome.value)
        self._memory.put(key, replace(self._memory.of(key), pending=None, revocations=0))
        return ActionResult(Findings(self._clock(), revoked=outcome))

    async def _revoke_at_provider(self, obs: Observation, owned: list[LiveSecret]) -> Revocation | None:
        found = next(((live, token) for live in owned if (token := _find_token(live)) is not None), None)
        if found is None:
            return Revocation.NOTHING
        prepared = await self._token_client.prepare_request(obs.connector, _token_url(obs, owned))
        if isinstance(prepared, RequestFailed):
            return self._give_up_after_tries(obs)
        if not _may_be_sent(obs, found[0], prepared):
            return Revocation.REFUSED
        endpoint = await self._token_client.find_revocation_endpoint(prepared)
        if isinstance(endpoint, Revocation):
            return endpoint
        if isinstance(endpoint, Problem):
            return self._give_up_after_tries(obs)
        return await self._token_client.revoke(prepared, endpoint, *found[1]) or self._give_up_after_tries(obs)

    def _give_up_after_tries(self, obs: Observation) -> Revocation | None:
        tries = self._memory.of(obs.connector.key).revocations + 1
        return Revocation.REFUSED if tries >= MOST_TRIES else None

    async def _delete(self, obs: Observation, live: LiveSecret) -> None:
        """Delete the output Secret; of the state keep which code was sent last, which must never be sent again."""
        state = read_state(live.data) if live.metadata.grant is not None else None
        if state is None:
            await self._cluster.delete_secret(live.metadata)
        else:
            await self._cluster.update_secret(
                live,
                render_state(
                    GrantState(tried=state.tried, initial_fingerprint=state.initial_fingerprint, refusal=state.refusal),
                    obs.connector,
                ),
            )


def _token_url(obs: Observation, owned: list[LiveSecret]) -> str | None:
    """Return the token endpoint that the provider named in its redirect, if it did."""
    states = (read_state(live.data) for live in owned if live.metadata.grant is not None)
    stored = next((state.token_url for state in states if state is not None), None)
    return find_grant_token_url(obs.connector.spec, stored)


def _may_be_sent(obs: Observation, live: LiveSecret, prepared: PreparedRequest) -> bool:
    """Return whether the request goes to the server that issued the token, as the client that it was issued to.

    For a token that only the output Secret contains, the digest of its request is the proof. After a user's consent it
    is none, because that digest does not contain the server.
    """
    spec = obs.connector.spec
    if live.metadata.grant is None:
        return not spec.is_renewed_by_user and live.metadata.token_digest == obs.token_digest
    state = read_state(live.data)
    return state is not None and is_same_binding(state.binding, digest_binding(spec, prepared.client.id))


def _find_token(live: LiveSecret) -> tuple[SecretStr, str] | None:
    """Return the token to revoke in a Secret, and its `token_type_hint` (RFC 7009 §2.1)."""
    if live.metadata.grant is None:
        token = recover(live.metadata, live.data)
        return (token.access_token, "access_token") if token is not None else None
    state = read_state(live.data)
    if state is not None and state.refresh_token is not None:
        return state.refresh_token, "refresh_token"
    return (state.token.access_token, "access_token") if state is not None and state.token is not None else None
