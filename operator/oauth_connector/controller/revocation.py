"""Revoke a grant at its provider because a user requests it, and delete it here.

The output Secret is deleted too: a revoked token is not published. A connector that needs no user then requests another
token; one that does waits for a consent.
"""

from dataclasses import dataclass, replace

import structlog
from pydantic import SecretStr

from oauth_connector.api.v1alpha1.digests import digest_binding, is_same_binding
from oauth_connector.connector.grant.results import RequestFailed
from oauth_connector.connector.grant.state import GrantState
from oauth_connector.connector.observation import Observation
from oauth_connector.connector.secret.ownership import is_owned
from oauth_connector.connector.secret.rendering import recover
from oauth_connector.connector.status.findings import ActionResult, Findings
from oauth_connector.connector.status.problem import Problem
from oauth_connector.controller.context import ControllerContext
from oauth_connector.controller.ports import LiveSecret
from oauth_connector.controller.prepared_request import PreparedRequest
from oauth_connector.controller.presented_grant import find_grant_server
from oauth_connector.controller.state_secrets import StateSecrets, StoredState
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
        self._states = StateSecrets(context)
        self._token_client = token_client

    async def revoke(self, obs: Observation) -> ActionResult:
        """Revoke and delete a grant; retry later where the provider does not respond. Raises `ClusterUnavailable`."""
        key, connector = obs.connector.key, obs.connector
        stored = await self._states.read(connector)
        output = await self._cluster.read_secret(key.namespace, connector.output_name)
        held = _HeldGrant(
            stored if isinstance(stored, StoredState) and stored.live is not None else None,
            output if output is not None and is_owned(output.metadata, connector) else None,
        )
        outcome = await self._revoke_at_provider(obs, held)
        if outcome is None:
            known = self._memory.of(key)
            self._memory.put(key, replace(known, revocations=known.revocations + 1))
            return ActionResult(requeue_at=self._clock() + PAUSE)
        await self._delete(obs, held)
        log.info("revoked", connector=str(key), result=outcome.value)
        self._memory.put(key, replace(self._memory.of(key), pending=None, revocations=0))
        return ActionResult(Findings(self._clock(), revoked=outcome))

    async def _revoke_at_provider(self, obs: Observation, held: "_HeldGrant") -> Revocation | None:
        found = held.find_token()
        if found is None:
            return Revocation.NOTHING
        state = held.stored.state if held.stored is not None else GrantState()
        server = find_grant_server(obs.connector.spec, state)
        prepared = await self._token_client.prepare_request(obs.connector, server)
        if isinstance(prepared, RequestFailed):
            return self._give_up_after_tries(obs)
        if not _may_be_sent(obs, held, prepared):
            return Revocation.REFUSED
        endpoint = await self._token_client.find_revocation_endpoint(prepared)
        if isinstance(endpoint, Revocation):
            return endpoint
        if isinstance(endpoint, Problem):
            return self._give_up_after_tries(obs)
        return await self._token_client.revoke(prepared, endpoint, *found) or self._give_up_after_tries(obs)

    def _give_up_after_tries(self, obs: Observation) -> Revocation | None:
        tries = self._memory.of(obs.connector.key).revocations + 1
        return Revocation.REFUSED if tries >= MOST_TRIES else None

    async def _delete(self, obs: Observation, held: "_HeldGrant") -> None:
        """Delete the output Secret; of the state keep which code was sent last, which must never be sent again."""
        if held.stored is not None:
            state = held.stored.state
            kept = GrantState(
                tried=state.tried, initial_fingerprint=state.initial_fingerprint, unrepeatable=state.unrepeatable
            )
            kept = replace(kept, client=state.client, next_client=state.next_client)
            await self._states.write(obs.connector, kept, held.stored.live)
        if held.output is not None:
            await self._cluster.delete_secret(held.output.metadata)


@dataclass(frozen=True, slots=True)
class _HeldGrant:
    """The Secrets of a connector that hold what is revoked."""

    stored: StoredState | None
    output: LiveSecret | None

    def find_token(self) -> tuple[SecretStr, str] | None:
        """Find the token to revoke, and its `token_type_hint` (RFC 7009 §2.1)."""
        state = self.stored.state if self.stored is not None else GrantState()
        if state.refresh_token is not None:
            return state.refresh_token, "refresh_token"
        published = recover(self.output.metadata, self.output.data) if self.output is not None else None
        token = state.token or published
        return (token.access_token, "access_token") if token is not None else None


def _may_be_sent(obs: Observation, held: _HeldGrant, prepared: PreparedRequest) -> bool:
    """Return whether the request goes to the server that issued the token, as the client that it was issued to.

    For a token that only the output Secret contains, the digest of its request is the proof. After a user's consent it
    is none, because that digest does not contain the server.
    """
    spec, state = obs.connector.spec, held.stored.state if held.stored is not None else GrantState()
    if state.refresh_token is not None or state.token is not None:
        return is_same_binding(state.binding, digest_binding(spec, prepared.client.id))
    digest = held.output.metadata.token_digest if held.output is not None else None
    return not spec.is_renewed_by_user and digest == obs.token_digest
