"""The first question of a reconciliation: which token? An ordered list of small checks; the first answer decides.

Together with the list in `secret_checks` it is the specification. A check is one function from an observation to an
answer, or to `None` where the next check decides.
"""

from collections.abc import Callable

from oauth_connector.api.reasons import Reason
from oauth_connector.api.schema.times import to_epoch
from oauth_connector.connector.checks.decisions import (
    DoNothing,
    KeepToken,
    Postpone,
    PublishToken,
    RequestCause,
    RequestToken,
    RevokeGrant,
    TokenAnswer,
)
from oauth_connector.connector.checks.facts import (
    current_token,
    grant_summary,
    is_failing,
    is_refresh_requested,
    may_credentials_repair,
    observed_credentials,
    refresh_due,
)
from oauth_connector.connector.checks.secret_checks import CONFLICT_INTERVAL
from oauth_connector.connector.grant.choice import build_grant_problem, find_consent_problem
from oauth_connector.connector.grant.claims import claim_blocks_until
from oauth_connector.connector.observation import Observation, PendingToken
from oauth_connector.connector.refresh_url import check_refresh_url
from oauth_connector.connector.schedule import refresh_time as schedule
from oauth_connector.connector.secret.ownership import is_owned
from oauth_connector.connector.status.problem import FOUND_BEFORE_SENDING, REFUSED_CREDENTIALS, Problem
from oauth_connector.oauth.errors import Remedy
from oauth_connector.oauth.grants.grant import Purpose
from oauth_connector.oauth.grants.registry import GRANTS

SHARED_INTERVAL, FIRST_INTERVAL = 60, 2
"""Seconds until another connector with the same initial refresh token is looked at again: its state is not watched."""

TokenCheck = Callable[[Observation], TokenAnswer | None]


def ignore_deleting(obs: Observation) -> TokenAnswer | None:
    """Write nothing for a connector that is being deleted: its Secret would exist again after garbage collection."""
    return DoNothing() if obs.connector.deleting else None


def revoke_on_request(obs: Observation) -> TokenAnswer | None:
    """Revoke the grant once for each new value of the annotation by which a user requests it."""
    request = obs.connector.revoke_request
    return RevokeGrant() if request and request != obs.connector.status.last_handled_revoke else None


def publish_pending_token(obs: Observation) -> TokenAnswer | None:
    """Publish a token that was obtained before another is requested, if it still matches the spec.

    After a denied write it waits, also where memory has no space for the token: another one is requested after that.
    """
    pending, denied = obs.memory.pending, obs.memory.denied_write
    if pending is not None and not _is_usable(pending, obs):
        return None
    if denied is not None and denied.until > obs.now and denied.digests == (obs.token_digest, obs.output_digest):
        return Postpone(denied.problem, denied.until)
    return PublishToken(pending) if pending is not None else None


def _is_usable(pending: PendingToken, obs: Observation) -> bool:
    is_valid = pending.token.expires is None or pending.token.expires > obs.now
    return is_valid and pending.token.digest == obs.token_digest


def exchange_code(obs: Observation) -> TokenAnswer | None:
    """Exchange the code that the user's browser returned; a code is valid for about a minute."""
    return RequestToken(RequestCause.CODE_RECEIVED) if obs.code is not None else None


def resolve_claim_in_doubt(obs: Observation) -> TokenAnswer | None:
    """Send a refresh token again where the outcome is unknown; wait while the claim of another process is valid.

    The claim of a process that has ended is taken up at once: some servers accept the old token for seconds only.
    """
    summary = grant_summary(obs)
    if summary is None or summary.claimed_at is None or not obs.connector.spec.may_hold_refresh_token:
        return None
    blocked_until = claim_blocks_until(summary.claimed_at, obs.now)
    is_respected = summary.attempt != obs.memory.attempt and not obs.claim_abandoned
    if is_respected and blocked_until is not None:
        return Postpone(None, blocked_until)
    if summary.claimed_for != Purpose.REFRESH or _is_known_to_be_refused(obs):
        return None
    return RequestToken(RequestCause.CLAIM_IN_DOUBT)


def _is_known_to_be_refused(obs: Observation) -> bool:
    """Return whether another request with the same credentials has no use, even though a response is missing."""
    error = obs.connector.status.last_error
    return error is not None and error.reason in REFUSED_CREDENTIALS and is_failing(obs)


def _is_waiting_for_credentials(obs: Observation) -> bool:
    """Return whether no request is sent before the credentials were read again. Later checks decide when."""
    return may_credentials_repair(obs.connector.status) and is_failing(obs)


def wait_while_suspended(obs: Observation) -> TokenAnswer | None:
    """Send no token request while `spec.suspend` is true."""
    suspended = obs.connector.spec.suspend
    return Postpone(Problem(Reason.SUSPENDED, Remedy.FIX_SPEC), None) if suspended else None


def report_state_conflict(obs: Observation) -> TokenAnswer | None:
    """Send nothing where the state Secret is not the connector's: a request would show only the same."""
    return Postpone(obs.state_problem, obs.now + CONFLICT_INTERVAL) if obs.state_problem is not None else None


def wait_for_shared_token(obs: Observation) -> TokenAnswer | None:
    """Do not present an initial refresh token that another connector has used up, or is about to present."""
    shared = obs.shared_token
    if shared is None:
        return None
    if not shared.is_used_up:
        return Postpone(None, obs.now + FIRST_INTERVAL)
    problem = build_grant_problem(Reason.REFRESH_TOKEN_SHARED, {"holder": shared.holder})
    return Postpone(problem, obs.now + SHARED_INTERVAL)


def wait_for_consent(obs: Observation) -> TokenAnswer | None:
    """Send no request if only a consent leads to a token. A valid token is kept until it expires."""
    problem = find_consent_problem(obs.connector.spec, grant_summary(obs))
    if problem is None or (problem.reason is Reason.REFRESH_TOKEN_REJECTED and is_refresh_requested(obs)):
        return None
    if obs.redirect_uri is None:
        problem = Problem(Reason.REDIRECT_URI_INVALID, Remedy.FIX_SPEC)
    elif (endpoint := obs.connector.spec.provider.effective_token_url) is not None:
        problem = check_refresh_url(obs.connector.spec.provider, endpoint) or problem  # a consent would end at once
    token = current_token(obs)
    is_valid = token is not None and (token.expires_at is None or token.expires_at > obs.now)
    expires = token.expires_at if token is not None and is_valid else None
    return KeepToken(expires) if problem.reason is Reason.GRANT_EXPIRED and is_valid else Postpone(problem, expires)


def wait_for_credentials(obs: Observation) -> TokenAnswer | None:
    """Read the credential Secrets, and send no request, until they change or a probe is due."""
    error = obs.connector.status.last_error
    if error is None or not _is_waiting_for_credentials(obs):
        return None
    if obs.credentials is not None and obs.credentials != observed_credentials(obs):
        return RequestToken(RequestCause.CREDENTIALS_CHANGED)
    if error.reason in FOUND_BEFORE_SENDING:
        failed = to_epoch(obs.connector.status.last_failure_time) or obs.now
        return Postpone(None, schedule.credential_check_time(obs.now, failed))
    return _wait_after_rejection(obs, error.reason)


def _wait_after_rejection(obs: Observation, reason: Reason) -> TokenAnswer | None:
    """Wait until a rejected password or initial refresh token changes; probe what the provider may repair."""
    planned, grant = obs.connector.status.next_refresh_time, GRANTS[obs.connector.spec.grant_type]
    is_final = grant.locks_accounts and reason is Reason.CREDENTIALS_REJECTED
    if is_refresh_requested(obs) and (planned is not None or not is_final):
        return None if planned is not None else RequestToken(RequestCause.REFRESH_REQUESTED)
    if planned is None:
        return Postpone(None, obs.now + 60)
    probe = to_epoch(planned) or obs.now
    return Postpone(None, min(probe, obs.now + 60)) if probe > obs.now else None


def request_missing_token(obs: Observation) -> TokenAnswer | None:
    """Request the first token, or another one where the Secret with it was deleted or changed by another client."""
    if current_token(obs) is not None:
        return None
    if obs.output is not None and is_owned(obs.output, obs.connector):
        return RequestToken(RequestCause.SECRET_DRIFTED)
    was_published = obs.connector.status.secret_ref is not None
    return RequestToken(RequestCause.SECRET_DELETED if was_published else RequestCause.FIRST_TOKEN)


def request_changed_token(obs: Observation) -> TokenAnswer | None:
    """Request another token where issuer, client, scopes or parameters differ from those of the current one."""
    token = current_token(obs)
    if token is None or obs.connector.spec.is_renewed_by_user:
        return None  # a changed scope needs another consent; until then the old grant is refreshed
    return RequestToken(RequestCause.SPEC_CHANGED) if token.token_digest != obs.token_digest else None


def refresh_on_request(obs: Observation) -> TokenAnswer | None:
    """Refresh once for each new value of the annotation by which a user requests it."""
    return RequestToken(RequestCause.REFRESH_REQUESTED) if is_refresh_requested(obs) else None


def retry_failed_refresh(obs: Observation) -> TokenAnswer | None:
    """Retry a failed refresh until it succeeds, although the old token is still valid: a user may have requested it."""
    status = obs.connector.status
    if not is_failing(obs) or not status.failed_attempts or status.next_refresh_time is None:
        return None
    planned = to_epoch(status.next_refresh_time) or 0
    return RequestToken(RequestCause.REFRESH_DUE) if planned <= obs.now else Postpone(None, planned)


def refresh_before_expiry(obs: Observation) -> TokenAnswer | None:
    """Request the next token at the planned second."""
    due = refresh_due(obs)
    return RequestToken(RequestCause.REFRESH_DUE) if due is not None and due <= obs.now else None


def keep_token(obs: Observation) -> TokenAnswer | None:
    """Keep the token until the planned second."""
    return KeepToken(refresh_due(obs))


TOKEN_CHECKS: tuple[TokenCheck, ...] = (
    ignore_deleting,
    revoke_on_request,
    publish_pending_token,
    exchange_code,
    resolve_claim_in_doubt,
    wait_while_suspended,
    report_state_conflict,
    wait_for_shared_token,
    wait_for_consent,
    wait_for_credentials,
    request_missing_token,
    request_changed_token,
    refresh_on_request,
    retry_failed_refresh,
    refresh_before_expiry,
    keep_token,
)
