"""Writes the output Secret.

A Secret that the connector does not own is never changed. After a write conflict the Secret is read again.
"""

from dataclasses import replace

import structlog

from oauth_connector.api.reasons import Reason
from oauth_connector.connector.checks.secret_checks import find_repair_limit
from oauth_connector.connector.denied_write import DeniedWrite
from oauth_connector.connector.observation import (
    Connector,
    IssuedToken,
    KnownConflict,
    Observation,
    PendingToken,
)
from oauth_connector.connector.secret.metadata import SecretMetadata
from oauth_connector.connector.secret.ownership import has_lost_owner, is_owned, ownership_conflict
from oauth_connector.connector.secret.rendering import (
    LARGEST_SECRET,
    RenderedSecret,
    has_published_fields,
    recover,
    render,
)
from oauth_connector.connector.status.findings import Findings, PublishedToken
from oauth_connector.connector.status.problem import Problem
from oauth_connector.controller.context import ControllerContext
from oauth_connector.controller.output_secrets import OutputSecrets, load_signer
from oauth_connector.controller.ports import ClusterUnavailable, LiveSecret, SecretWritten, Superseded, WriteRejected
from oauth_connector.controller.state_secrets import StateSecrets
from oauth_connector.controller.type_change import find_type_conflict, needs_another_object
from oauth_connector.oauth.errors import Remedy

log = structlog.get_logger(__name__)

TRIES = 4
"""The number of writes in one reconciliation that may fail with a conflict. The next reconciliation continues."""

_TOO_LARGE = "its values have more than 1 MiB together; remove keys or hosts from output"

WRITE_PAUSES = (20.0, 60.0, 180.0)
"""Seconds before a denied write is repeated; the last one repeats. The request may have a size of hundreds of KiB."""


class SecretWriter:
    """Publishes tokens in Secrets.

    A token stays in memory until it is published, so that a rejected write causes no other token request.
    """

    def __init__(self, context: ControllerContext) -> None:
        self._cluster = context.ports.cluster
        self._memory = context.memory
        self._clock = context.ports.clock
        self._leadership = context.ports.leadership
        self._keys = context.ports.keys
        self._states = StateSecrets(context)
        self._outputs = OutputSecrets(context)

    async def publish_pending(self, obs: Observation, pending: PendingToken, findings: Findings) -> Findings:
        """Write a token that an earlier reconciliation obtained. Raises `ClusterUnavailable`."""
        live = await self._cluster.read_secret(obs.connector.key.namespace, obs.connector.output_name)
        await self._require_newest(obs, pending.token, live)
        return await self.publish(obs, pending.token, live, replace(findings, attempt=pending.attempt))

    async def render(self, obs: Observation, source: SecretMetadata, findings: Findings) -> Findings | None:
        """Write the token in `source` as the spec requires; `None` where it cannot be read from the output Secret.

        Raises `ClusterUnavailable`.
        """
        if source.grant is not None:
            return await self._render_stored(obs, source, findings)
        live = await self._cluster.read_secret(source.namespace, source.name)
        token = recover(live.metadata, live.data) if live is not None else None
        if token is None or not has_published_fields(token, obs.connector.spec):
            return None
        output = live if source.name == obs.connector.output_name else None
        return await self.publish(obs, token, output, findings)

    async def _render_stored(self, obs: Observation, source: SecretMetadata, findings: Findings) -> Findings:
        """Publish the token of the state Secret. A changed output Secret causes no token request."""
        namespace, stored = source.namespace, await self._states.read(obs.connector)
        if isinstance(stored, Problem):
            return replace(findings, problem=stored)
        token = stored.state.token
        if token is None or await self._cluster.is_terminating(namespace):
            return findings
        output = await self._cluster.read_secret(namespace, obs.connector.output_name)
        await self._require_newest(obs, token, output)
        return await self.publish(obs, token, output, findings)

    async def adopt_state(self, obs: Observation) -> None:
        """Write the state Secret for this connector where it has no owner, or a former one, as after a restore."""
        state = obs.state
        if state is None or state.grant is None or not is_owned(state, obs.connector):
            return
        if not has_lost_owner(state, obs.connector) or find_repair_limit(obs) is not None:
            return
        stored = await self._states.read(obs.connector)
        if isinstance(stored, Problem) or stored.live is None or stored.live.metadata.uid != state.uid:
            return
        memory = self._memory.of(obs.connector.key)
        self._memory.put(obs.connector.key, replace(memory, repairs=(*memory.repairs[-5:], obs.now)))
        await self._states.write(obs.connector, stored.state, stored.live)

    async def publish(
        self, obs: Observation, token: IssuedToken, live: LiveSecret | None, findings: Findings
    ) -> Findings:
        """Write a token to the output Secret, and add the outcome to the findings.

        `live` is that Secret if it was just read. Raises `ClusterUnavailable` when the API server does not respond: the
        write may have happened or not, and the next reconciliation finds out. Raises `Superseded` where another process
        has published meanwhile.
        """
        key, known = obs.connector.key, self._memory.of(obs.connector.key)
        repairs = (*known.repairs[-5:], obs.now) if _is_repair(obs, findings) else known.repairs
        self._memory.put(key, replace(known, pending=PendingToken(token, findings.attempt), repairs=repairs))
        result = await self._write(obs, token, live)
        if isinstance(result, Problem):
            return self._record_denial(obs, result, findings)
        memory = self._memory.of(key).with_known_version(result.resource_version)
        self._memory.put(key, replace(memory, pending=None, denied_write=None, conflict=None))
        for orphan in obs.orphans:
            await self._cluster.delete_secret(orphan)
        published = PublishedToken(
            result.name, token.issued, token.expires, token.token_type, token.scope, token.lifetime_source
        )
        return replace(findings, published=published)

    def _record_denial(self, obs: Observation, problem: Problem, findings: Findings) -> Findings:
        key, memory = obs.connector.key, self._memory.of(obs.connector.key)
        conflict = KnownConflict(problem, obs.now) if problem.reason is Reason.SECRET_CONFLICT else None
        digests, before = (obs.token_digest, obs.output_digest), memory.denied_write
        is_known = before is not None and before.digests == digests and conflict is None
        times = before.times if before is not None and is_known else 0
        pause = WRITE_PAUSES[min(times, len(WRITE_PAUSES) - 1)]
        denied = DeniedWrite(problem, obs.now + pause, digests, times + 1)
        self._memory.put(key, replace(memory, denied_write=denied, conflict=conflict))
        return replace(findings, problem=problem, published=None if conflict else findings.published)

    async def _write(self, obs: Observation, token: IssuedToken, live: LiveSecret | None) -> SecretMetadata | Problem:
        rendered = render(token, obs.connector)
        if rendered.size > LARGEST_SECRET:
            return _report_rejection(rendered, _TOO_LARGE)
        namespace = obs.connector.key.namespace
        for _ in range(TRIES):
            problem = _find_conflict(live, obs.connector, rendered) if live is not None else None
            if problem is not None:
                return problem
            if live is not None and needs_another_object(live, rendered):
                await self._cluster.delete_secret(live.metadata)
                live = await self._cluster.read_secret(namespace, rendered.name)
                continue
            signed = await self._sign(rendered, obs.connector, live)
            if live is None:
                result = await self._cluster.create_secret(namespace, signed)
            else:
                result = await self._cluster.update_secret(live, signed)
            if isinstance(result, SecretWritten):
                return result.metadata
            if isinstance(result, WriteRejected):
                return _report_rejection(rendered, result.cause)
            live = await self._cluster.read_secret(namespace, rendered.name)
            await self._require_newest(obs, token, live)
        raise ClusterUnavailable(f"Secret {namespace}/{rendered.name} changes faster than it can be written")

    async def _sign(self, rendered: RenderedSecret, connector: Connector, live: LiveSecret | None) -> RenderedSecret:
        """Sign an output Secret. Without the operator's key it is written unsigned: pods need the token."""
        try:
            signer = await load_signer(self._keys)
        except ClusterUnavailable as unavailable:
            log.warning("a Secret is written without a signature", secret=rendered.name, cause=str(unavailable))
            return rendered
        return signer.sign(rendered, connector, live.metadata.uid if live is not None else "")

    async def _require_newest(self, obs: Observation, token: IssuedToken, live: LiveSecret | None) -> None:
        """Raise `Superseded`, and forget a token, where another process has published a newer one.

        A process that does not lead leaves any other token there, since the clocks of two nodes differ. A time in the
        future is one of a clock that was set back since. A Secret that the operator did not write proves nothing.
        """
        issued = live.metadata.issued_at if live is not None and live.metadata.intact else None
        if live is None or issued is None or issued == token.issued:
            return
        if not await self._outputs.has_written(obs.connector, live):
            return
        if token.issued < issued <= self._clock() or not self._leadership.is_leading():
            key = obs.connector.key
            self._memory.put(key, replace(self._memory.of(key), pending=None))
            raise Superseded("another process has published another token")


def _find_conflict(live: LiveSecret, connector: Connector, rendered: RenderedSecret) -> Problem | None:
    problem = ownership_conflict(live.metadata, connector)
    cause = find_type_conflict(live, connector, rendered)
    return problem if problem is not None or cause is None else _report_rejection(rendered, cause)


def _report_rejection(rendered: RenderedSecret, cause: str) -> Problem:
    return Problem(Reason.SECRET_WRITE_REJECTED, Remedy.RETRY, {"secret": rendered.name, "cause": cause})


def _is_repair(obs: Observation, findings: Findings) -> bool:
    """Return whether a token is published again without a request: another client changed or deleted the Secret."""
    if findings.attempt is not None or obs.connector.status.secret_ref is None:
        return False
    if obs.output is not None and obs.output.intact:
        return obs.output.connector_uid == obs.connector.uid and has_lost_owner(obs.output, obs.connector)
    return obs.state is not None
