"""One reconciliation of one connector; the file to read first.

    observe → decide → act → record status

The connector's OAuthConsents are reconciled first, as far as possible; that returns the code that waits to be
exchanged, if there is one. What is known is gathered into an `Observation`; `connector.checks.decide` asks two
questions about it; the controllers act on the answers; status records the result. Each request whose response may
contain a refresh token goes through the `grant_store`, which claims and persists it in the state Secret.

A reconciliation is idempotent and may run at any time: without a reason it only reads caches.
"""

from dataclasses import replace

from oauth_connector.api.schema.times import to_epoch
from oauth_connector.connector.checks.decide import decide
from oauth_connector.connector.checks.decisions import (
    Decision,
    KeepToken,
    Postpone,
    PublishToken,
    RenderSecret,
    RequestToken,
    RevokeGrant,
    SecretConflict,
    SecretContested,
    SecretCurrent,
    TokenAnswer,
)
from oauth_connector.connector.checks.facts import may_credentials_repair, published_token, refresh_due
from oauth_connector.connector.checks.requeue import earliest, is_same_spec, requeue_time
from oauth_connector.connector.credentials import list_credential_names
from oauth_connector.connector.grant.claims import find_holder
from oauth_connector.connector.grant.shared_tokens import find_shared_token, find_token_reference
from oauth_connector.connector.grant.state import state_name
from oauth_connector.connector.observation import (
    AnyConnector,
    Connector,
    CredentialVersion,
    InvalidConnector,
    Key,
    Observation,
    PendingCode,
    SharedToken,
)
from oauth_connector.connector.secret.forbidden_labels import find_forbidden_label
from oauth_connector.connector.secret.metadata import SecretMetadata
from oauth_connector.connector.secret.ownership import find_reported
from oauth_connector.connector.status.findings import ActionResult, Findings, find_published_token
from oauth_connector.connector.status.problem import invalid_spec
from oauth_connector.connector.status.report import next_transition, recorded_problem
from oauth_connector.connector.status.warnings import grant_warning, idle_warning, mount_warning
from oauth_connector.controller.consents import ConsentReconciler
from oauth_connector.controller.context import ControllerContext
from oauth_connector.controller.revocation import GrantRevoker
from oauth_connector.controller.secret_verifier import SecretVerifier
from oauth_connector.controller.secret_writer import SecretWriter
from oauth_connector.controller.status_writer import StatusWriter
from oauth_connector.controller.token_refresher import TokenRefresher

MOST_SHARING = 20
"""The number of connectors with one initial refresh token that are compared; there are two in general."""


class Reconciler:
    """Reconciles connectors: from the caches to a decision, through the controllers, to status and Events."""

    def __init__(
        self,
        context: ControllerContext,
        refresher: TokenRefresher,
        secret_writer: SecretWriter,
        revoker: GrantRevoker,
        consents: ConsentReconciler,
    ) -> None:
        self._cluster = context.ports.cluster
        self._clock = context.ports.clock
        self._memory = context.memory
        self._read_rules = context.read_rules
        self._refresher = refresher
        self._secret_writer = secret_writer
        self._revoker = revoker
        self._consents = consents
        self._leadership = context.ports.leadership
        self._verifier = SecretVerifier(context)
        self._status = StatusWriter(context)

    async def reconcile(self, key: Key) -> float | None:
        """Reconcile a connector once, and return when it is due again. Raises `ClusterUnavailable`."""
        known = self._cluster.connector(key)
        if known is not None and self._memory.take_former(key, known.uid) is not None:
            await self._consents.registrar.delete_registrations(key)  # those of a deleted one of this name
        consent = await self._consents.reconcile(key)
        connector = self._cluster.connector(key)
        if connector is not None and (known is None or connector.uid != known.uid):
            return self._clock()  # another one of this name, while consents were read
        if not isinstance(connector, Connector):
            self._refresher.withdraw(key)
            return earliest(await self._reconcile_unusable(key, connector), consent.requeue_at)
        if consent.code is not None and not consent.is_valid_for(connector):
            return self._clock()  # the spec was edited while consents were read: evaluate them again
        obs = await self._observe(connector, consent.code)
        async with self._consents.end_on_error(key, consent.code):
            result = await self._act(obs, decide(obs))
        if consent.code is not None:
            consent = await self._consents.report_outcome(key, consent.code, result)
        if result.findings is None:
            return earliest(result.requeue_at, consent.requeue_at)
        obs = await self._verifier.verify(self._read_caches(connector))
        await self._status.record(connector, self._complete(obs, result.findings))
        if result.findings.revoked is not None:
            return self._clock()  # another reconciliation decides what to do without the grant
        return earliest(self._requeue_time(obs), consent.requeue_at)

    # --- observe ------------------------------------------------------------------------------------------------
    async def _observe(self, connector: Connector, code: PendingCode | None) -> Observation:
        obs = await self._verifier.verify(self._read_caches(connector, code))
        holder = find_holder(obs.state.grant if obs.state is not None else None, obs.now)
        if holder != "" and await self._leadership.may_take_up(holder):
            obs = replace(obs, claim_abandoned=True)
        if not may_credentials_repair(connector.status):
            return obs
        return replace(obs, credentials=await self._read_versions(connector))

    def _read_caches(self, connector: Connector, code: PendingCode | None = None) -> Observation:
        key, spec, rules = connector.key, connector.spec, self._read_rules()
        return Observation(
            now=self._clock(),
            connector=connector,
            token_digest=spec.token_digest,
            output_digest=spec.output_digest,
            output=self._cluster.output(key.namespace, connector.output_name),
            orphans=self._outputs_except(connector, connector.output_name),
            memory=self._memory.of(key),
            started=max(self._leadership.since, self._memory.of(key).arrived),
            state=self._read_state(connector),
            shared_token=self._find_shared_token(connector),
            code=code,
            redirect_uri=self._consents.redirect_of(connector),
            rules=rules.digest,
            forbidden_label=find_forbidden_label(spec, rules.allowed_output_labels),
        )

    def _find_shared_token(self, connector: Connector) -> SharedToken | None:
        reference = find_token_reference(connector)
        sharing = self._cluster.connectors_with_token(reference, MOST_SHARING) if reference is not None else ()
        if not any(other.uid != connector.uid for other in sharing):
            return None
        states = [(other, self._read_state(other)) for other in sharing]
        return find_shared_token(connector, self._read_state(connector), states)

    def _read_state(self, connector: AnyConnector) -> SecretMetadata | None:
        return self._cluster.output(connector.key.namespace, state_name(connector.key.name))

    def _outputs_except(self, connector: AnyConnector, name: str) -> tuple[SecretMetadata, ...]:
        """Return the connector's Secrets with other names, except a copy that a user made."""
        outputs = self._cluster.outputs_of(connector)
        return tuple(s for s in outputs if s.name != name and s.has_owned_data and not s.grant)

    async def _read_versions(self, connector: Connector) -> tuple[CredentialVersion, ...]:
        names, namespace = list_credential_names(connector.spec), connector.key.namespace
        return tuple([await self._cluster.read_version(namespace, name) for name in names])

    # --- act ----------------------------------------------------------------------------------------------------
    async def _act(self, obs: Observation, decision: Decision) -> ActionResult:
        token = decision.token
        if not isinstance(token, RequestToken):
            self._refresher.withdraw(obs.connector.key)
        if isinstance(token, Postpone | KeepToken):
            result = await self._act_on_secret(obs, decision)
            if result is not None or decision.if_unreadable is None:
                return result or ActionResult(_keep(obs, token))
            token = decision.if_unreadable
        match token:
            case RequestToken(cause):
                return await self._refresher.refresh(obs, cause)
            case RevokeGrant():
                return await self._revoker.revoke(obs)
            case PublishToken(pending):
                return ActionResult(await self._secret_writer.publish_pending(obs, pending, _keep(obs)))
            case Postpone(_, until):
                return ActionResult(requeue_at=until)
        return ActionResult()

    async def _act_on_secret(self, obs: Observation, decision: Decision) -> ActionResult | None:
        """Change the output Secret as the spec requires; `None` if the token in it cannot be read."""
        await self._secret_writer.adopt_state(obs)
        findings = _keep(obs, decision.token)
        match decision.secret:
            case SecretConflict(conflict):
                return ActionResult(Findings(obs.now, problem=conflict))
            case SecretContested(limit):
                return ActionResult(_keep(obs, Postpone(limit, None)))
            case RenderSecret(source):
                rendered = await self._secret_writer.render(obs, source, findings)
                return ActionResult(rendered) if rendered is not None else None
            case SecretCurrent(orphans):
                for orphan in orphans:
                    await self._cluster.delete_secret(orphan)
        return ActionResult(findings)

    # --- record status ------------------------------------------------------------------------------------------
    def _complete(self, obs: Observation, findings: Findings) -> Findings:
        """Add what is independent of the action: when the next token is requested, and what is known of the grant."""
        due = refresh_due(obs) if findings.problem is None else findings.next_call
        grant, late = self._consents.build_grant_facts(obs), idle_warning(obs) or mount_warning(obs)
        return replace(findings, next_call=due, warning=grant_warning(obs), late=late, grant=grant)

    def _requeue_time(self, seen: Observation) -> float | None:
        """Return when the connector is due again: at once where the status write has found another spec."""
        connector, now = self._cluster.connector(seen.connector.key), self._clock()
        if connector is None:
            return None
        if not isinstance(connector, Connector) or not is_same_spec(connector, seen.connector):
            return now
        return requeue_time(replace(seen, connector=connector, now=now))

    # --- without a valid spec -----------------------------------------------------------------------------------
    async def _reconcile_unusable(self, key: Key, connector: InvalidConnector | None) -> float | None:
        """Forget a deleted connector. For an invalid spec, report the field; the published token stays."""
        if connector is None:
            self._memory.forget(key)
            await self._consents.registrar.delete_registrations(key)
            return None
        if connector.deleting:
            return None
        published = find_published_token(find_reported(self._outputs_except(connector, ""), connector))
        await self._status.record(connector, Findings(self._clock(), published, invalid_spec(connector.problems)))
        current = self._cluster.connector(key)
        if current is not None and not is_same_spec(current, connector):
            return self._clock()
        return next_transition(current.status, self._clock()) if current is not None else None


def _keep(obs: Observation, token: TokenAnswer | None = None) -> Findings:
    """Return the findings where nothing was attempted; a problem that is read from status keeps its next attempt."""
    recorded = recorded_problem(obs.connector)
    problem = (token.problem or recorded) if isinstance(token, Postpone) else None
    planned = to_epoch(obs.connector.status.next_refresh_time) if problem is not None and problem == recorded else None
    return Findings(obs.now, find_published_token(published_token(obs)), problem, next_call=planned)
