"""Status as one function of what a pass found: the only writer of conditions.

A valid token keeps `Ready` true whatever else fails; `RefreshFailed` then stands beside it. Without a valid token,
`Reconciling` says that the operator is at work and `Stalled` that a person is needed, or that ten minutes were not
enough. The table is in `docs/reference/oauthconnector.md`.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from oauth_connector.api.reasons import Reason, format_reason_message
from oauth_connector.api.v1alpha1.conditions import find_condition, set_conditions
from oauth_connector.api.v1alpha1.status import (
    Condition,
    GivenConsent,
    LastError,
    OAuthConnectorStatus,
    ObservedCredential,
    SecretReference,
)
from oauth_connector.connector.effective import base_facts, seconds
from oauth_connector.connector.observation import Connector
from oauth_connector.connector.status.findings import Findings, GrantFacts
from oauth_connector.connector.status.problem import Problem
from oauth_connector.oauth.errors import Remedy

CONSENT_REQUIRED = "ConsentRequired"

PROGRESS_DEADLINE = 600
"""Seconds without a valid token after which `Stalled` says so, though the operator goes on trying."""


def report(connector: Connector, findings: Findings) -> OAuthConnectorStatus:
    """Give the status that follows from the last one and from what this pass found."""
    facts = _token_facts(connector, findings) | _failure_facts(connector, findings)
    status = connector.status.model_copy(update=facts)
    return status.model_copy(update={"conditions": _conditions(connector, findings)})


def recall(connector: Connector) -> Problem | None:
    """Give the problem that status tells of, for passes that only wait for its next try."""
    error = connector.status.last_error
    return Problem(error.reason, error.remedy) if error is not None else None


def next_transition(status: OAuthConnectorStatus, now: float) -> float | None:
    """Give the time at which the conditions change by themselves: at expiry, or when progress has taken too long."""
    ready = find_condition(status.conditions, "Ready")
    if ready is None:
        return None
    if ready.status == "True":
        return seconds(status.expiration_time)
    deadline = (seconds(ready.last_transition_time) or 0) + PROGRESS_DEADLINE
    return deadline if find_condition(status.conditions, "Reconciling") and deadline > now else None


def _time(at: float | None) -> datetime | None:
    return _moment(at) if at is not None else None


def _moment(at: float) -> datetime:
    return datetime.fromtimestamp(int(at), UTC)


def _token_facts(connector: Connector, f: Findings) -> dict[str, object]:
    facts: dict[str, object] = {"observed_generation": connector.generation, "next_refresh_time": _time(f.next_call)}
    if f.shown is not None:
        facts["secret_ref"] = SecretReference(name=f.shown.secret)
        facts["issue_time"] = _time(f.shown.issued)
        facts["expiration_time"] = _time(f.shown.expires)
    if f.grant is not None:
        facts |= _grant_facts(f.grant)
    if f.revoked is not None:
        facts |= {"last_handled_revoke": connector.revoke_request, "last_revocation": f.revoked} | _FORGOTTEN
    if f.shown is not None and f.shown.token_type is not None:
        facts["token_type"] = f.shown.token_type
        facts["granted_scopes"] = f.shown.scope or None
    if f.attempt is not None and f.attempt.outbound:
        facts["last_handled_refresh"] = connector.refresh_request
        if f.problem is None:
            facts["last_refresh_time"] = _time(f.now)
    return facts


_FORGOTTEN: dict[str, object] = {
    "secret_ref": None,
    "issue_time": None,
    "expiration_time": None,
    "token_type": None,
    "granted_scopes": None,
}


def _grant_facts(grant: GrantFacts) -> dict[str, object]:
    facts: dict[str, object] = {
        "redirect_uri": grant.redirect_uri,
        "consent_url": grant.consent_url,
        "refresh_token_expiration_time": _time(grant.notes.refresh_expires),
        "consent": None,
    }
    by, at = grant.notes.requested_by, grant.notes.consented_at
    if by is not None and at is not None:
        facts["consent"] = GivenConsent(requested_by=by, time=_moment(at), account=grant.notes.account)
    return facts


def _failure_facts(connector: Connector, f: Findings) -> dict[str, object]:
    status = connector.status
    if f.problem is None:
        failure: dict[str, object] = {"failed_attempts": 0, "last_error": None, "last_failure_time": None}
    elif f.attempt is None:
        return {}
    else:
        again = (
            not f.attempt.outbound and status.last_error is not None and status.last_error.reason is f.problem.reason
        )
        failure = {
            "failed_attempts": status.failed_attempts + 1 if f.attempt.outbound else 0,
            "last_error": _last_error(f.problem, f.attempt.digest),
            "last_failure_time": status.last_failure_time if again else _time(f.now),
        }
    if f.attempt is not None:
        seen = f.attempt.credentials
        failure["observed_credentials"] = tuple(
            ObservedCredential(name=c.name, uid=c.uid or None, resource_version=c.resource_version or None)
            for c in sorted(seen)
        )
    return failure


def _last_error(problem: Problem, digest: str) -> LastError:
    signal = problem.signal
    return LastError(
        reason=problem.reason,
        remedy=problem.remedy,
        http_status=signal.http_status if signal else None,
        oauth_error=signal.oauth_error if signal else None,
        provider_code=signal.provider_code if signal else None,
        request_digest=digest,
    )


def _conditions(connector: Connector, f: Findings) -> tuple[Condition, ...]:
    valid = f.shown is not None and f.shown.valid(f.now)
    ready = _ready_reason(f, valid=valid)
    wanted = {"Ready": ("True" if valid else "False", ready, _text(connector, f.problem, ready))}
    for kind, reason in _beside(connector, f, valid=valid):
        wanted[kind] = ("True", reason, _text(connector, f.advice if kind == CONSENT_REQUIRED else f.problem, reason))
    return set_conditions(connector.status.conditions, wanted, connector.generation, _moment(f.now))


def _ready_reason(f: Findings, *, valid: bool) -> Reason:
    if valid:
        return Reason.TOKEN_ISSUED
    if f.shown is not None and (f.problem is None or not f.problem.needs_user):
        return Reason.TOKEN_EXPIRED
    return f.problem.reason if f.problem is not None else Reason.PROGRESSING


def _beside(connector: Connector, f: Findings, *, valid: bool) -> Iterator[tuple[str, Reason]]:
    """Give the conditions that stand beside `Ready`, each only while it is true."""
    if f.problem is not None and f.problem.reason is Reason.SUSPENDED:
        return
    if f.problem is not None and f.shown is not None:
        yield "RefreshFailed", f.problem.reason
    asks = f.problem if f.problem is not None and f.problem.remedy is Remedy.CONSENT_AGAIN else f.advice
    if asks is not None:
        yield CONSENT_REQUIRED, asks.reason
    if valid:
        return
    if f.problem is not None and f.problem.reason is Reason.CONSENT_REQUIRED:
        yield "Reconciling", f.problem.reason  # nobody has ever consented: nothing has failed
    elif f.problem is not None and f.problem.needs_user:
        yield "Stalled", f.problem.reason
    elif f.now - _not_ready_since(connector, f) >= PROGRESS_DEADLINE:
        yield "Stalled", Reason.PROGRESS_DEADLINE_EXCEEDED
    else:
        yield "Reconciling", f.problem.reason if f.problem else Reason.PROGRESSING


def _not_ready_since(connector: Connector, f: Findings) -> float:
    ready = find_condition(connector.status.conditions, "Ready")
    since = seconds(ready.last_transition_time) if ready is not None and ready.status == "False" else None
    return since if since is not None else f.now


def _text(connector: Connector, problem: Problem | None, reason: Reason) -> str:
    """Return the message of a reason; a problem that was recalled from status keeps its message."""
    if problem is not None and problem.reason is reason:
        if not problem.facts and (told := _told(connector, reason)) is not None:
            return told
        return format_reason_message(reason, base_facts(connector) | dict(problem.facts))
    return format_reason_message(reason, base_facts(connector))


def _told(connector: Connector, reason: Reason) -> str | None:
    return next((c.message for c in connector.status.conditions if c.reason == reason), None)
