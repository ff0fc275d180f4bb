"""Carry out what was decided: ask for a token, write it, render it anew, or let it rest."""

from dataclasses import replace

from oauth_connector.connector.checks.decide import contested, hold_back
from oauth_connector.connector.checks.decisions import (
    Decision,
    DoNothing,
    KeepToken,
    Postpone,
    PublishToken,
    RenderSecret,
    RequestCause,
    RequestToken,
    RevokeGrant,
    SecretConflict,
    SecretCurrent,
)
from oauth_connector.connector.checks.facts import shown
from oauth_connector.connector.effective import seconds
from oauth_connector.connector.grant.state import read_state
from oauth_connector.connector.observation import Key, Observation
from oauth_connector.connector.secret.metadata import SecretMetadata
from oauth_connector.connector.secret.rendering import recover, satisfies
from oauth_connector.connector.status.findings import Findings, Outcome, shown_token
from oauth_connector.connector.status.problem import Problem
from oauth_connector.connector.status.report import recall
from oauth_connector.controller.ports import Cluster
from oauth_connector.controller.revocation import GrantRevoker
from oauth_connector.controller.secret_writer import SecretWriter
from oauth_connector.controller.token_refresher import TokenRefresher


class Performer:
    """Turns a decision into acts, and the acts into findings."""

    def __init__(
        self, cluster: Cluster, refresher: TokenRefresher, secret_writer: SecretWriter, revoker: GrantRevoker
    ) -> None:
        self._revoker = revoker
        self._cluster = cluster
        self._refresher = refresher
        self._secret_writer = secret_writer

    def withdraw(self, key: Key) -> None:
        """Give up what a connector that is gone waits for."""
        self._refresher.withdraw(key)

    async def perform(self, obs: Observation, decision: Decision) -> Outcome:
        """Carry out a decision. Raises `ClusterUnavailable`."""
        if not isinstance(decision.token, RequestToken):
            self._refresher.withdraw(obs.connector.key)
        match decision.token:
            case DoNothing():
                return None
            case RevokeGrant():
                return await self._revoker.revoke(obs)
            case RequestToken(cause):
                return await self._refresher.mint(obs, cause)
            case PublishToken(pending):
                live = await self._cluster.read_secret(obs.connector.key.namespace, obs.connector.output_name)
                findings = replace(_standing(obs, None), attempt=pending.attempt)
                return await self._secret_writer.publish(obs, pending.token, live, findings)
            case Postpone(problem):
                return await self._present(obs, decision, problem or recall(obs.connector))
            case KeepToken():
                return await self._present(obs, decision, None)

    async def _present(self, obs: Observation, decision: Decision, problem: Problem | None) -> Outcome:
        """Make the Secret show the token that is there, without asking for another unless it cannot be read back."""
        if isinstance(obs.connector.spec, tuple):
            return _standing(obs, problem)  # how and where it is to be shown cannot be understood: it stays as it is
        match decision.secret:
            case SecretConflict(conflict):
                return Findings(obs.now, problem=conflict)
            case RenderSecret(source):
                return await self._render(obs, source, problem)
            case SecretCurrent(orphans):
                for stray in orphans:
                    await self._cluster.delete_secret(stray)
        return _standing(obs, problem)

    async def _render(self, obs: Observation, source: SecretMetadata, problem: Problem | None) -> Outcome:
        if source.state is not None:
            return await self._show_kept(obs, source, problem)
        live = await self._cluster.read_secret(source.namespace, source.name)
        token = recover(live.metadata, live.data) if live is not None else None
        if token is not None and satisfies(token, obs.connector.valid_spec):
            output = live if source.name == obs.connector.output_name else None
            return await self._secret_writer.publish(obs, token, output, _standing(obs, problem))
        if problem is not None:
            return _standing(obs, problem)
        hold = hold_back(RequestCause.SPEC_CHANGED, obs)
        return hold.until if hold is not None else await self._refresher.mint(obs, RequestCause.SPEC_CHANGED)

    async def _show_kept(self, obs: Observation, source: SecretMetadata, problem: Problem | None) -> Outcome:
        """Show the token that the state Secret keeps: another need not be asked for, however often ours is changed."""
        namespace = source.namespace
        hold = contested(obs) if shown(obs) is None and obs.connector.status.secret_ref is not None else None
        if hold is not None:
            return _standing(obs, hold.problem)
        kept = await self._cluster.read_secret(namespace, source.name)
        state = read_state(kept.data) if kept is not None else None
        if state is None or state.token is None or await self._cluster.is_terminating(namespace):
            return _standing(obs, problem)
        output = await self._cluster.read_secret(namespace, obs.connector.output_name)
        return await self._secret_writer.publish(obs, state.token, output, _standing(obs, problem))


def _standing(obs: Observation, problem: Problem | None) -> Findings:
    """Say what holds without anything having been tried; a problem that is only recalled keeps its next try."""
    recalled = problem is not None and problem == recall(obs.connector)
    planned = seconds(obs.connector.status.next_refresh_time) if recalled else None
    return Findings(obs.now, shown_token(shown(obs)), problem, next_call=planned)
