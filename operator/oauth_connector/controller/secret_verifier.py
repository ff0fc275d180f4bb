"""Verifies Secrets that are newer than the token in status, and all before the first token: only signed ones count."""

from dataclasses import replace

from oauth_connector.connector.grant.state import GrantState, summarize
from oauth_connector.connector.observation import Observation
from oauth_connector.connector.secret.metadata import SecretMetadata
from oauth_connector.connector.secret.ownership import is_as_old_as_token, is_owned
from oauth_connector.connector.status.problem import Problem
from oauth_connector.controller.context import ControllerContext
from oauth_connector.controller.output_secrets import OutputSecrets
from oauth_connector.controller.state_secrets import StateSecrets


class SecretVerifier:
    """Reads the Secrets of connectors whose status does not show that the operator wrote them.

    That is so before the first token, after a restore, after a crash, where the output Secret gets another name, and
    where a Secret was deleted and created again since the last token. A version that this process has written, or has
    verified, is not read again.
    """

    def __init__(self, context: ControllerContext) -> None:
        self._cluster = context.ports.cluster
        self._memory = context.memory
        self._outputs = OutputSecrets(context)
        self._states = StateSecrets(context)

    async def verify(self, obs: Observation) -> Observation:
        """Return the observation with what can be trusted of the Secrets. Raises `ClusterUnavailable`."""
        recorded = obs.connector.status.secret_ref
        if obs.output is not None and (output := await self._verify_output(obs, obs.output)) is not obs.output:
            obs = replace(obs, output=output)
        if recorded is not None and obs.orphans:
            named = [await self._verify_output(obs, s) if s.name == recorded.name else s for s in obs.orphans]
            obs = replace(obs, orphans=tuple(named))
        if obs.state is not None and obs.connector.spec.may_hold_refresh_token:
            obs = await self._verify_state(obs, obs.state)
        return obs

    async def _verify_output(self, obs: Observation, output: SecretMetadata) -> SecretMetadata:
        """Let an output Secret that the operator did not write count as one that another client has changed."""
        connector = obs.connector
        if not output.intact or self._outputs.needs_no_read(connector, output) or not is_owned(output, connector):
            return output
        live = await self._cluster.read_secret(output.namespace, output.name)
        if live is not None and await self._outputs.has_written(connector, live):
            self._memory.note_version(connector.key, live.metadata.resource_version)
            return output
        return replace(output, intact=False)

    async def _verify_state(self, obs: Observation, state: SecretMetadata) -> Observation:
        is_known = state.resource_version in self._memory.of(obs.connector.key).known_versions
        if is_known or is_as_old_as_token(state, obs.connector):
            return obs
        stored = await self._states.read(obs.connector)
        if isinstance(stored, Problem) or stored.live is None:
            return replace(obs, state=None, state_problem=stored if isinstance(stored, Problem) else None)
        return replace(obs, state=_describe(stored.live.metadata, stored.state))


def _describe(secret: SecretMetadata, state: GrantState) -> SecretMetadata:
    """Return the metadata of a state Secret with annotations that its content proves."""
    token = state.token
    return replace(
        secret,
        grant=summarize(state),
        issued_at=token.issued if token is not None else None,
        expires_at=token.expires if token is not None else None,
    )
