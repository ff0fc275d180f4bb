"""One pass over one connector, its consents first; the file to read first.

    observe → decide → perform → conclude → publish

Before anything is observed, the connector's OAuthConsents are reconciled as far as possible, which gives
the code that waits to be exchanged, if one does. Under `perform`, whatever may bring or spend a refresh token goes
through the `grant_store`, which claims and stores it in the state Secret.

What the pass knows is gathered into an `Observation`; `connector.decide` puts two questions to it; `perform` carries
the answers out; status says what came of it. A pass is idempotent and may be called at any time: without a reason it
reads caches only, writes nothing and asks nobody.
"""

from dataclasses import replace

from oauth_connector.connector.checks.decide import decide
from oauth_connector.connector.checks.decisions import KeepToken, Postpone, SecretConflict
from oauth_connector.connector.checks.facts import refresh_due
from oauth_connector.connector.checks.secret_checks import CONFLICT_LOOK
from oauth_connector.connector.effective import output_digest, token_digest
from oauth_connector.connector.grant.state import state_name
from oauth_connector.connector.memory import Memory
from oauth_connector.connector.observation import Connector, CredentialVersion, Key, Observation
from oauth_connector.connector.status.events import status_events
from oauth_connector.connector.status.findings import Findings
from oauth_connector.connector.status.problem import LOOKED_AT
from oauth_connector.connector.status.report import next_transition, report
from oauth_connector.connector.status.warnings import advice, advice_time
from oauth_connector.controller.consents import ConsentReconciler
from oauth_connector.controller.performer import Performer
from oauth_connector.controller.ports import Ports

STATUS_TRIES = 4


class Reconciler:
    """Makes the passes: from the caches to a decision, through the performer, to status and Events."""

    def __init__(self, edges: Ports, performer: Performer, consents: ConsentReconciler, memory: Memory) -> None:
        self._cluster = edges.cluster
        self._performer = performer
        self._consents = consents
        self._memory = memory
        self._recorder = edges.recorder
        self._clock = edges.clock
        self._started = edges.clock()

    async def __call__(self, key: Key) -> float | None:
        """Make one pass and give the time of the next. Raises `ClusterUnavailable`."""
        consent = await self._consents.reconcile(key)
        connector = self._cluster.connector(key)
        if connector is None:
            self._memory.forget(key)
            self._performer.withdraw(key)
            return consent.requeue_at
        if consent.code is not None and not consent.is_valid_for(connector):
            return self._clock()  # it was edited while consents were looked at: they are judged anew
        obs = replace(await self._observe(connector), code=consent.code)
        outcome = await self._performer.perform(obs, decide(obs))
        if consent.code is not None:
            consent = await self._consents.report_outcome(key, consent.code, outcome)
        if not isinstance(outcome, Findings):
            return earliest(outcome, consent.requeue_at)
        await self._conclude(connector, self._completed(connector, outcome))
        if outcome.revoked is not None:
            return self._clock()  # another pass says what is to be done without the grant
        return earliest(self._next(key), consent.requeue_at)

    def _completed(self, connector: Connector, findings: Findings) -> Findings:
        """Add what holds whatever was done: when the provider is asked next, and what is known of the grant."""
        seen = self._seen(connector)
        if findings.problem is None:
            findings = replace(findings, next_call=refresh_due(seen))
        return replace(findings, advice=advice(seen), grant=self._consents.build_grant_facts(seen))

    async def _observe(self, connector: Connector) -> Observation:
        obs = self._seen(connector)
        error = connector.status.last_error
        if isinstance(connector.spec, tuple) or error is None or error.reason not in LOOKED_AT:
            return obs
        return replace(obs, credentials=await self._look(connector))

    def _seen(self, connector: Connector) -> Observation:
        key, spec, name = connector.key, connector.spec, connector.output_name
        return Observation(
            now=self._clock(),
            connector=connector,
            token_digest=token_digest(spec),
            output_digest=output_digest(spec),
            output=self._cluster.output(key.namespace, name),
            # a copy that a person made of our Secret names us too, but it is that person's
            orphans=tuple(
                s for s in self._cluster.outputs_of(connector) if s.name != name and s.written_by_us and not s.state
            ),
            memory=self._memory.of(key),
            started=self._started,
            state=self._cluster.output(key.namespace, state_name(key.name)),
            redirect_uri=self._consents.redirect_of(connector),
        )

    async def _look(self, connector: Connector) -> tuple[CredentialVersion, ...]:
        names = sorted({reference.name for reference in connector.valid_spec.secret_references()})
        return tuple([await self._cluster.read_version(connector.key.namespace, name) for name in names])

    async def _conclude(self, connector: Connector, findings: Findings) -> None:
        """Write status where it differs; a pass that worked on an older generation says so."""
        for _ in range(STATUS_TRIES):
            current = self._cluster.connector(connector.key)
            if current is None or current.uid != connector.uid:
                return
            current = replace(current, generation=connector.generation, refresh_request=connector.refresh_request)
            status = report(current, findings)
            if status == current.status:
                return
            if await self._cluster.write_status(current, status):
                for told in status_events(current.status, status):
                    await self._recorder.record(current, told.kind, told.reason, told.note)
                return
            await self._cluster.read_connector(connector.key)

    def _next(self, key: Key) -> float | None:
        """Ask the checks themselves when they want to be asked again."""
        connector = self._cluster.connector(key)
        if connector is None:
            return None
        seen = self._seen(connector)
        now, decision = seen.now, decide(seen)
        until = decision.token.until if isinstance(decision.token, Postpone | KeepToken) else now
        look = now + CONFLICT_LOOK if isinstance(decision.secret, SecretConflict) else None
        times = (until, look, next_transition(connector.status, now), advice_time(seen))
        return earliest(*times)


def earliest(*times: float | None) -> float | None:
    """Give the earliest of some times, or nothing where there is none."""
    return min((at for at in times if at is not None), default=None)
