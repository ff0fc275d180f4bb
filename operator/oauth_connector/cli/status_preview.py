"""The status that the operator would write to a new connector: of its findings, and the facts that are shown of it."""

from dataclasses import dataclass, replace
from datetime import datetime

from oauth_connector.api.names import READY
from oauth_connector.api.schema.times import format_epoch
from oauth_connector.api.v1alpha1.conditions import find_condition
from oauth_connector.api.v1alpha1.status import Condition, OAuthConnectorStatus
from oauth_connector.connector.checks.facts import refresh_due
from oauth_connector.connector.checks.retry import plan_retry
from oauth_connector.connector.consent.grant_facts import build_grant_facts
from oauth_connector.connector.grant.choice import PresentedGrant
from oauth_connector.connector.grant.results import RequestFailed, TokenObtained
from oauth_connector.connector.grant.state import GrantState, render_state
from oauth_connector.connector.grant.transitions import conclude_failure, store_failure, store_response
from oauth_connector.connector.observation import Connector, IssuedToken, Observation
from oauth_connector.connector.secret.metadata import SecretMetadata, secret_metadata
from oauth_connector.connector.secret.rendering import RenderedSecret, render
from oauth_connector.connector.status.findings import Findings, PublishedToken
from oauth_connector.connector.status.notices import NOTES, list_notices
from oauth_connector.connector.status.problem import Problem
from oauth_connector.connector.status.report import report
from oauth_connector.connector.status.warnings import grant_warning, idle_warning, mount_warning
from oauth_connector.diagnosis.step import DiagnosisStep


@dataclass(frozen=True, slots=True)
class PublishedPreview:
    """The output Secret and the findings after a token was obtained."""

    secret: RenderedSecret
    findings: Findings


def preview_failure(connector: Connector, choice: PresentedGrant, failed: RequestFailed, now: float) -> Problem:
    """Return the problem of the first request of a connector, as the operator concludes it."""
    if connector.spec.may_hold_refresh_token:
        state = store_failure(choice, GrantState(), failed, connector.spec, int(now))
        failed = conclude_failure(failed, state, connector.spec)
    return plan_retry(_observe(connector, now), failed, 0, now).problem or failed.problem


def preview_publication(
    connector: Connector, choice: PresentedGrant, obtained: TokenObtained, now: float
) -> PublishedPreview:
    """Return what the operator would write for the first token of a connector, and find."""
    token, stored = obtained.token, None
    if connector.spec.may_hold_refresh_token:
        state = store_response(choice, GrantState(), obtained, connector.spec)
        token, stored = state.token or token, _read_as_written(render_state(state, connector), connector)
    secret = render(token, connector)
    obs = replace(_observe(connector, now), output=_read_as_written(secret, connector), state=stored)
    return PublishedPreview(secret, _find(obs, token, obtained))


def _observe(connector: Connector, now: float) -> Observation:
    """Return the observation of a new connector."""
    return Observation(
        now=now,
        connector=connector,
        token_digest=connector.spec.token_digest,
        output_digest=connector.spec.output_digest,
    )


def _read_as_written(rendered: RenderedSecret, connector: Connector) -> SecretMetadata:
    """Return the metadata of a Secret right after it was written."""
    metadata = {
        "namespace": connector.key.namespace,
        "name": rendered.name,
        "uid": "local",
        "resourceVersion": "1",
        "labels": rendered.labels,
        "annotations": rendered.annotations,
        "ownerReferences": [rendered.owner] if rendered.owner is not None else [],
    }
    return replace(secret_metadata({"metadata": metadata}), intact=True, has_owned_data=True)


def _find(obs: Observation, token: IssuedToken, obtained: TokenObtained) -> Findings:
    name, source = obs.connector.output_name, token.lifetime_source
    return Findings(
        obs.now,
        PublishedToken(name, token.issued, token.expires, token.token_type, token.scope, source),
        attempt=obtained.attempt,
        next_call=refresh_due(obs),
        warning=grant_warning(obs),
        late=idle_warning(obs) or mount_warning(obs),
        grant=build_grant_facts(obs, None),
    )


def describe_status(connector: Connector, findings: Findings) -> DiagnosisStep:
    """Return the step that shows the status: its conditions, its times, and the notices that become Events.

    It judges nothing where the connector would not be ready: the step that failed says why, or a user has to consent.
    """
    status = report(connector, findings)
    ready = find_condition(status.conditions, READY)
    facts = _describe_conditions(status) | _describe_times(status)
    facts |= {notice: NOTES[notice] for notice in list_notices(connector.spec, status)}
    is_ready = ready is not None and ready.status == "True"
    return DiagnosisStep("status", passed=is_ready or None, text="the operator would write this status", facts=facts)


def _describe_conditions(status: OAuthConnectorStatus) -> dict[str, str]:
    ready = find_condition(status.conditions, READY)
    if ready is None:
        return {}
    others = {c.type: _describe(c, ready) for c in status.conditions if c.type != READY and c.status == "True"}
    return {READY: f"{ready.status}, {ready.reason}", "message": ready.message} | others


def _describe(condition: Condition, ready: Condition) -> str:
    """Return status and reason; the message, too, unless `Ready` has the same one."""
    head = f"{condition.status}, {condition.reason}"
    return head if condition.message == ready.message else f"{head}: {condition.message}"


def _describe_times(status: OAuthConnectorStatus) -> dict[str, str]:
    times = {
        "expires": status.expiration_time,
        "next refresh": status.next_refresh_time,
        "refresh token expires": status.refresh_token_expiration_time,
    }
    source = {"lifetime from": status.lifetime_source.value} if status.lifetime_source is not None else {}
    return {name: _format(at) for name, at in times.items() if at is not None} | source


def _format(at: datetime) -> str:
    return format_epoch(int(at.timestamp()))


def describe_lifetime(found: IssuedToken | str) -> DiagnosisStep:
    """Describe an introspection. A failure is not checked, and no fault: the operator then assumes a lifetime."""
    if isinstance(found, str):
        return DiagnosisStep("lifetime", passed=None, text=f"{found}. The operator assumes a lifetime.")
    return DiagnosisStep("lifetime", passed=True, text="the introspection endpoint states it")
