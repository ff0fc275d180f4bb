"""Status as one function of the findings of a reconciliation: the only writer of conditions.

A valid token keeps `Ready` true whatever else fails; `RefreshFailed` is set beside it then. Without a valid token,
`Reconciling` shows that the operator is at work, and `Stalled` that a user is needed or that ten minutes were not
enough. The table is in `docs/reference/oauthconnector.md`.
"""

from collections.abc import Iterator
from datetime import datetime

from oauth_connector.api.names import CONSENT_REQUIRED, READY, RECONCILING, REFRESH_FAILED, REFRESH_LATE, STALLED
from oauth_connector.api.reason_messages import format_reason_message
from oauth_connector.api.reasons import Reason
from oauth_connector.api.schema.times import from_epoch, to_epoch
from oauth_connector.api.v1alpha1.client_fields import AcceptedSecret
from oauth_connector.api.v1alpha1.conditions import find_condition, set_conditions
from oauth_connector.api.v1alpha1.status import (
    Condition,
    GivenConsent,
    LastError,
    OAuthConnectorStatus,
    ObservedCredential,
    ProviderStatus,
    SecretReference,
)
from oauth_connector.connector.local_rules import identify_failure
from oauth_connector.connector.observation import AnyConnector, Attempt, Connector
from oauth_connector.connector.status.findings import Findings, GrantFacts
from oauth_connector.connector.status.message_facts import message_facts
from oauth_connector.connector.status.problem import Problem
from oauth_connector.oauth.errors import Remedy

PROGRESS_DEADLINE = 600
"""Seconds without a valid token after which `Stalled` is set. The operator continues to retry."""


def report(connector: AnyConnector, findings: Findings) -> OAuthConnectorStatus:
    """Return the status that follows from the last one and from the findings of this reconciliation."""
    facts = _token_facts(connector, findings) | _failure_facts(connector, findings)
    return connector.status.model_copy(update={**facts, "conditions": _conditions(connector, findings)})


def recorded_problem(connector: AnyConnector) -> Problem | None:
    """Return the problem that status contains, for reconciliations that only wait for the next attempt."""
    error = connector.status.last_error
    return Problem(error.reason, error.remedy) if error is not None else None


def next_transition(status: OAuthConnectorStatus, now: float) -> float | None:
    """Return when the conditions change without any other event: at expiry, or when progress has taken too long."""
    ready = find_condition(status.conditions, READY)
    if ready is None:
        return None
    if ready.status == "True":
        return to_epoch(status.expiration_time)
    deadline = (to_epoch(ready.last_transition_time) or 0) + PROGRESS_DEADLINE
    return deadline if find_condition(status.conditions, RECONCILING) and deadline > now else None


def _optional_time(at: float | None) -> datetime | None:
    return from_epoch(at) if at is not None else None


def _token_facts(connector: AnyConnector, findings: Findings) -> dict[str, object]:
    facts: dict[str, object] = {
        "observed_generation": connector.generation,
        "next_refresh_time": _optional_time(findings.next_call),
    }
    if findings.published is not None:
        facts["secret_ref"] = _name_secret(connector, findings.published.secret)
        facts["issue_time"] = _optional_time(findings.published.issued)
        facts["expiration_time"] = _optional_time(findings.published.expires)
        facts["lifetime_source"] = findings.published.lifetime_source
    if findings.grant is not None:
        facts |= _grant_facts(findings.grant)
    if findings.revoked is not None:
        facts |= {"last_handled_revoke": connector.revoke_request, "last_revocation": findings.revoked} | _REVOKED
    if findings.published is not None and findings.published.token_type is not None:
        facts["token_type"] = findings.published.token_type
        facts["granted_scopes"] = findings.published.scope or None
    if findings.attempt is not None and findings.attempt.outbound:
        facts["last_handled_refresh"] = connector.refresh_request
        if findings.problem is None:
            facts["last_refresh_time"] = _optional_time(findings.now)
            facts["client_secret"] = _name_accepted_secret(connector, findings.attempt)
            facts["provider"] = _describe_server(findings.attempt)
    return facts


def _name_secret(connector: AnyConnector, name: str) -> SecretReference:
    known = connector.status.secret_ref
    return known if known is not None and known.name == name else SecretReference(name=name)


def _name_accepted_secret(connector: AnyConnector, attempt: Attempt) -> AcceptedSecret | None:
    """Return which client secret was accepted; `None` where the spec names one secret only."""
    if not isinstance(connector, Connector) or connector.spec.client.previous_secret_ref is None:
        return None
    return AcceptedSecret.PREVIOUS if attempt.used_previous else AcceptedSecret.CURRENT


def _describe_server(attempt: Attempt) -> ProviderStatus | None:
    """Return the server that a resource led to; `None` where the spec names it."""
    return ProviderStatus(issuer=attempt.issuer, token_url=attempt.token_url) if attempt.issuer is not None else None


_REVOKED: dict[str, object] = {
    "secret_ref": None,
    "issue_time": None,
    "expiration_time": None,
    "lifetime_source": None,
    "token_type": None,
    "granted_scopes": None,
}


def _grant_facts(grant: GrantFacts) -> dict[str, object]:
    facts: dict[str, object] = {
        "redirect_uri": grant.redirect_uri,
        "consent_url": grant.consent_url,
        "refresh_token_expiration_time": _optional_time(grant.summary.refresh_expires),
        "consent": None,
    }
    by, at = grant.summary.requested_by, grant.summary.consented_at
    if by is not None and at is not None:
        facts["consent"] = GivenConsent(requested_by=by, time=from_epoch(at), account=grant.summary.account)
    return facts


def _failure_facts(connector: AnyConnector, findings: Findings) -> dict[str, object]:
    status = connector.status
    if findings.problem is None:
        failure: dict[str, object] = {"failed_attempts": 0, "last_error": None, "last_failure_time": None}
    elif findings.attempt is None:
        return {}
    else:
        again = (
            not findings.attempt.outbound
            and status.last_error is not None
            and status.last_error.reason is findings.problem.reason
        )
        failure = {
            "failed_attempts": status.failed_attempts + 1 if findings.attempt.outbound else 0,
            "last_error": _last_error(findings.problem, findings.attempt),
            "last_failure_time": status.last_failure_time if again else _optional_time(findings.now),
        }
    if findings.attempt is not None:
        seen = findings.attempt.credentials
        failure["observed_credentials"] = tuple(
            ObservedCredential(name=c.name, uid=c.uid or None, resource_version=c.resource_version or None)
            for c in sorted(seen)
        )
    return failure


def _last_error(problem: Problem, attempt: Attempt) -> LastError:
    signal = problem.signal
    return LastError(
        reason=problem.reason,
        remedy=problem.remedy,
        http_status=signal.http_status if signal else None,
        oauth_error=signal.oauth_error if signal else None,
        provider_code=signal.provider_code if signal else None,
        request_digest=identify_failure(problem.reason, attempt.digest, attempt.rules),
    )


def _conditions(connector: AnyConnector, findings: Findings) -> tuple[Condition, ...]:
    valid = findings.published is not None and findings.published.is_valid(findings.now)
    ready = _ready_reason(findings, valid=valid)
    wanted = {READY: ("True" if valid else "False", ready, build_message(connector, findings.problem, ready))}
    sources = {CONSENT_REQUIRED: _find_request_to_user(findings), REFRESH_LATE: findings.late}
    for kind, reason in _further_conditions(connector, findings, valid=valid):
        wanted[kind] = ("True", reason, build_message(connector, sources.get(kind, findings.problem), reason))
    return set_conditions(connector.status.conditions, wanted, connector.generation, from_epoch(findings.now))


def _ready_reason(findings: Findings, *, valid: bool) -> Reason:
    if valid:
        return Reason.TOKEN_ISSUED
    if findings.published is not None and (findings.problem is None or not findings.problem.needs_action):
        return Reason.TOKEN_EXPIRED
    return findings.problem.reason if findings.problem is not None else Reason.PROGRESSING


def _further_conditions(connector: AnyConnector, findings: Findings, *, valid: bool) -> Iterator[tuple[str, Reason]]:
    """Yield the conditions beside `Ready`, each only while it is true."""
    if findings.problem is not None and findings.problem.reason is Reason.SUSPENDED:
        if findings.late is not None and findings.late.reason is Reason.REFRESH_TOKEN_IDLE:
            yield REFRESH_LATE, findings.late.reason
        return
    if findings.problem is not None and findings.published is not None:
        yield REFRESH_FAILED, findings.problem.reason
    asks = _find_request_to_user(findings)
    if asks is not None:
        yield CONSENT_REQUIRED, asks.reason
    if not valid:
        yield _explain_unready(connector, findings)
    elif findings.late is not None and findings.problem is None:
        yield REFRESH_LATE, findings.late.reason


def _find_request_to_user(findings: Findings) -> Problem | None:
    """Return the problem that only the user can end, else the warning."""
    problem = findings.problem
    return problem if problem is not None and problem.remedy is Remedy.CONSENT_AGAIN else findings.warning


def _explain_unready(connector: AnyConnector, findings: Findings) -> tuple[str, Reason]:
    """Return the condition that states whether the operator works on a token or a user must act."""
    if findings.problem is not None and findings.problem.reason is Reason.CONSENT_REQUIRED:
        return RECONCILING, findings.problem.reason  # no user has consented yet: nothing has failed
    if findings.problem is not None and findings.problem.needs_action:
        return STALLED, findings.problem.reason
    if findings.now - _not_ready_since(connector, findings) >= PROGRESS_DEADLINE:
        return STALLED, Reason.PROGRESS_DEADLINE_EXCEEDED
    return RECONCILING, findings.problem.reason if findings.problem else Reason.PROGRESSING


def _not_ready_since(connector: AnyConnector, findings: Findings) -> float:
    ready = find_condition(connector.status.conditions, READY)
    since = to_epoch(ready.last_transition_time) if ready is not None and ready.status == "False" else None
    return since if since is not None else findings.now


def build_message(connector: AnyConnector, problem: Problem | None, reason: Reason) -> str:
    """Return the sentence of a reason; a problem that is read from status keeps the sentence there."""
    if problem is not None and problem.reason is reason:
        if not problem.facts and (recorded := _recorded_message(connector, reason)) is not None:
            return recorded
        return format_reason_message(reason, message_facts(connector) | dict(problem.facts))
    return format_reason_message(reason, message_facts(connector))


def _recorded_message(connector: AnyConnector, reason: Reason) -> str | None:
    return next((c.message for c in connector.status.conditions if c.reason == reason), None)
