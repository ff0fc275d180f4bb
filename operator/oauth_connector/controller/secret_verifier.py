"""Verifies Secrets that status does not name yet: before its first token, a connector trusts only what is signed."""

from dataclasses import replace

from oauth_connector.connector.grant.provenance import is_inherited
from oauth_connector.connector.grant.state import GrantState, summarize
from oauth_connector.connector.observation import Observation
from oauth_connector.connector.secret.metadata import SecretMetadata
from oauth_connector.connector.secret.ownership import is_owned
from oauth_connector.connector.status.problem import Problem
from oauth_connector.controller.context import ControllerContext
from oauth_connector.controller.ports import LiveSecret
from oauth_connector.controller.state_secrets import StateSecrets, load_signer


class SecretVerifier:
    """Reads the Secrets of connectors whose status does not show that the operator wrote them.

    That is so before the first token, after a restore, after a crash, and where the output Secret gets another name. A
    version that this process has written, or has verified, is not read again.
    """

    def __init__(self, context: ControllerContext) -> None:
        self._cluster = context.ports.cluster
        self._keys = context.ports.keys
        self._memory = context.memory
        self._states = StateSecrets(context)

    async def verify(self, obs: Observation) -> Observation:
        """Return the observation with what can be trusted of both Secrets. Raises `ClusterUnavailable`."""
        recorded = obs.connector.status.secret_ref
        if obs.output is not None and obs.output.intact and (recorded is None or recorded.name != obs.output.name):
            obs = await self._verify_output(obs, obs.output)
        if obs.state is not None and recorded is None and obs.connector.spec.may_hold_refresh_token:
            obs = await self._verify_state(obs, obs.state)
        return obs

    async def _verify_output(self, obs: Observation, output: SecretMetadata) -> Observation:
        """Let an output Secret that the operator did not write count as one that another client has changed."""
        if self._is_known(obs, output) or not is_owned(output, obs.connector):
            return obs
        live = await self._cluster.read_secret(output.namespace, output.name)
        if live is not None and await self.has_written(obs, live):
            self._remember(obs, live.metadata)
            return obs
        return replace(obs, output=replace(output, intact=False))

    async def has_written(self, obs: Observation, live: LiveSecret) -> bool:
        """Return whether the operator has published an output Secret for this connector, or for one that it inherits.

        Raises `ClusterUnavailable`.
        """
        recorded, secret = obs.connector.status.secret_ref, live.metadata
        if recorded is not None and recorded.name == secret.name:
            return True
        return is_inherited(secret, obs.connector) and (await load_signer(self._keys)).has_signed(secret, live.data)

    async def _verify_state(self, obs: Observation, state: SecretMetadata) -> Observation:
        if self._is_known(obs, state):
            return obs
        stored = await self._states.read(obs.connector)
        if isinstance(stored, Problem) or stored.live is None:
            return replace(obs, state=None, state_problem=stored if isinstance(stored, Problem) else None)
        return replace(obs, state=_describe(stored.live.metadata, stored.state))

    def _is_known(self, obs: Observation, secret: SecretMetadata) -> bool:
        return secret.resource_version in self._memory.of(obs.connector.key).known_versions

    def _remember(self, obs: Observation, secret: SecretMetadata) -> None:
        key = obs.connector.key
        self._memory.put(key, self._memory.of(key).with_known_version(secret.resource_version))


def _describe(secret: SecretMetadata, state: GrantState) -> SecretMetadata:
    """Return the metadata of a state Secret with annotations that its content proves."""
    token = state.token
    return replace(
        secret,
        grant=summarize(state),
        issued_at=token.issued if token is not None else None,
        expires_at=token.expires if token is not None else None,
    )
