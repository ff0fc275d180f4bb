"""Write the output Secret: what is somebody else's is never touched, and what was overtaken is looked at again."""

from dataclasses import replace

from oauth_connector.api.reasons import Reason
from oauth_connector.connector.memory import Memory
from oauth_connector.connector.observation import IssuedToken, KnownConflict, Observation, PendingToken
from oauth_connector.connector.secret.metadata import SecretMetadata
from oauth_connector.connector.secret.ownership import ownership_conflict
from oauth_connector.connector.secret.rendering import render
from oauth_connector.connector.status.findings import Findings, PublishedToken
from oauth_connector.connector.status.problem import Problem
from oauth_connector.controller.ports import Cluster, ClusterUnavailable, LiveSecret, SecretWritten, WriteRejected
from oauth_connector.oauth.errors import Remedy

TRIES = 4
"""Writes that may be overtaken in one pass; the next pass goes on."""

WRITE_PAUSE = 20.0
"""Seconds before a refused write is tried again with the token that waits in memory."""


class SecretWriter:
    """Shows tokens in Secrets. Until one is shown it waits in memory: a refused write causes no other token call."""

    def __init__(self, cluster: Cluster, memory: Memory) -> None:
        self._cluster = cluster
        self._memory = memory

    async def publish(
        self, obs: Observation, token: IssuedToken, live: LiveSecret | None, findings: Findings
    ) -> Findings:
        """Write a token to the Secret that the connector names, and add to the findings what came of it.

        `live` is that Secret as it was just read, if it was. Raises `ClusterUnavailable` when the API server does not
        answer: the write may have happened or not, and the next pass finds out.
        """
        key, known = obs.connector.key, self._memory.of(obs.connector.key)
        repairs = (*known.repairs[-5:], obs.now) if _heals(obs, findings) else known.repairs
        self._memory.put(key, replace(known, pending=PendingToken(token, findings.attempt), repairs=repairs))
        result = await self._write(obs, token, live)
        if isinstance(result, Problem):
            return self._refused(obs, PendingToken(token, findings.attempt, result, obs.now + WRITE_PAUSE), findings)
        self._memory.put(key, replace(self._memory.of(key), pending=None, conflict=None))
        for stray in obs.orphans:
            await self._cluster.delete_secret(stray)
        shown = PublishedToken(result.name, token.issued, token.expires, token.token_type, token.scope)
        return replace(findings, shown=shown)

    def _refused(self, obs: Observation, pending: PendingToken, findings: Findings) -> Findings:
        key, memory, problem = obs.connector.key, self._memory.of(obs.connector.key), pending.refused
        foreign = problem is not None and problem.reason is Reason.SECRET_CONFLICT
        conflict = KnownConflict(problem, obs.now) if problem is not None and foreign else None
        self._memory.put(key, replace(memory, pending=pending, conflict=conflict))
        return replace(findings, problem=problem, shown=None if conflict else findings.shown)

    async def _write(self, obs: Observation, token: IssuedToken, live: LiveSecret | None) -> SecretMetadata | Problem:
        rendered = render(token, obs.connector)
        namespace = obs.connector.key.namespace
        for _ in range(TRIES):
            problem = ownership_conflict(live.metadata, obs.connector) if live is not None else None
            if problem is not None:
                return problem
            if live is None:
                result = await self._cluster.create_secret(namespace, rendered)
            else:
                result = await self._cluster.update_secret(live, rendered)
            if isinstance(result, SecretWritten):
                return result.metadata
            if isinstance(result, WriteRejected):
                facts = {"secret": rendered.name, "cause": result.cause}
                return Problem(Reason.SECRET_WRITE_REJECTED, Remedy.RETRY, facts)
            live = await self._cluster.read_secret(namespace, rendered.name)
        raise ClusterUnavailable(f"Secret {namespace}/{rendered.name} changes faster than it can be written")


def _heals(obs: Observation, findings: Findings) -> bool:
    """Tell whether a token is shown again that nobody was asked for, since somebody changed or deleted our Secret."""
    lost = obs.output is None or not obs.output.intact
    return lost and findings.attempt is None and obs.state is not None and obs.connector.status.secret_ref is not None
