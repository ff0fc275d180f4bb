"""The first question of a pass: which token? An ordered list of small checks, of which the first answer decides.

Together with the list in `secret_checks` it is the specification. A check is one function from what was observed to an
answer, or `None` when the question goes to the next one.
"""

from collections.abc import Callable

from oauth_connector.api.reasons import Reason
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
from oauth_connector.connector.checks.facts import held, is_requested, notes_of, observed_credentials, refresh_due
from oauth_connector.connector.effective import request_digest, seconds
from oauth_connector.connector.grant.choice import why_consent
from oauth_connector.connector.grant.claims import claim_blocks_until
from oauth_connector.connector.observation import Observation
from oauth_connector.connector.schedule import refresh_time as schedule
from oauth_connector.connector.secret.ownership import is_owned
from oauth_connector.connector.status.problem import LOCAL, LOOKED_AT, Problem
from oauth_connector.oauth.errors import Remedy
from oauth_connector.oauth.grants.grant import Purpose

TokenCheck = Callable[[Observation], TokenAnswer | None]


def being_deleted(obs: Observation) -> TokenAnswer | None:
    """Write nothing for a connector that is going, or its Secret would come back after it was collected."""
    return DoNothing() if obs.connector.deleting else None


def received_but_unpersisted(obs: Observation) -> TokenAnswer | None:
    """Publish what was received before anything else is asked for, as long as it is what the spec wants."""
    pending = obs.memory.pending
    if pending is None or pending.token.digest != obs.token_digest:
        return None
    if pending.token.expires is not None and pending.token.expires <= obs.now:
        return None
    return PublishToken(pending) if pending.not_before <= obs.now else Postpone(pending.refused, pending.not_before)


def revocation_requested(obs: Observation) -> TokenAnswer | None:
    """Give the grant back once for each new value of the annotation by which a person asks for it."""
    request = obs.connector.revoke_request
    if isinstance(obs.connector.spec, tuple) or not request or request == obs.connector.status.last_handled_revoke:
        return None
    return RevokeGrant()


def code_waiting(obs: Observation) -> TokenAnswer | None:
    """Exchange what a person's browser brought back; codes live for a minute or so."""
    return RequestToken(RequestCause.CONSENTED) if obs.code is not None else None


def claim_in_doubt(obs: Observation) -> TokenAnswer | None:
    """Send the same refresh token again where nobody knows what became of it; leave another process's claim to rest."""
    spec, notes = obs.connector.spec, notes_of(obs)
    if isinstance(spec, tuple) or notes is None or notes.claimed_at is None or not spec.may_hold_refresh_token:
        return None
    rests = claim_blocks_until(notes.claimed_at, obs.now)
    if notes.attempt != obs.memory.attempt and rests is not None:
        return Postpone(None, rests)
    if notes.claimed_for != Purpose.REFRESH or _is_looked_at(obs):
        return None
    return RequestToken(RequestCause.DOUBT)


def _is_looked_at(obs: Observation) -> bool:
    """Tell whether nothing can be sent for now: the checks below know when that is looked at again."""
    error = obs.connector.status.last_error
    same = error is not None and error.request_digest == request_digest(obs.connector.spec)
    return error is not None and same and error.reason in LOOKED_AT


def suspended(obs: Observation) -> TokenAnswer | None:
    """Make no token call while `spec.suspend` is true."""
    spec = obs.connector.spec
    if isinstance(spec, tuple) or not spec.suspend:
        return None
    return Postpone(Problem(Reason.SUSPENDED, Remedy.FIX_SPEC), None)


def spec_invalid(obs: Observation) -> TokenAnswer | None:
    """Wait for an edit where the spec cannot be understood, naming the first field that is wrong."""
    if not isinstance(obs.connector.spec, tuple):
        return None
    first = obs.connector.spec[0]
    facts = {"field": first.path, "cure": first.message}
    return Postpone(Problem(Reason.INVALID_SPEC, Remedy.FIX_SPEC, facts), None)


def consent_missing(obs: Observation) -> TokenAnswer | None:
    """Ask nobody where only a person can bring a token; one that is there is kept as long as it lives."""
    notes = notes_of(obs)
    problem = why_consent(obs.connector.valid_spec, notes)
    if problem is None or (problem.reason is Reason.REFRESH_TOKEN_REJECTED and is_requested(obs)):
        return None
    if obs.redirect_uri is None:
        problem = Problem(Reason.REDIRECT_URI_INVALID, Remedy.FIX_SPEC)
    token = held(obs)
    alive = token is not None and (token.expires_at is None or token.expires_at > obs.now)
    if problem.reason is Reason.GRANT_EXPIRED and alive:
        return KeepToken(token.expires_at if token is not None else None)
    return Postpone(problem, token.expires_at if token is not None and alive else None)


def credentials_missing_or_refused(obs: Observation) -> TokenAnswer | None:
    """Look at the credential Secrets, not at the provider, until they change or a probe is due."""
    status = obs.connector.status
    error = status.last_error
    if error is None or error.reason not in LOOKED_AT or error.request_digest != request_digest(obs.connector.spec):
        return None
    if obs.credentials is not None and obs.credentials != observed_credentials(obs):
        return RequestToken(RequestCause.CREDENTIALS_CHANGED)
    look = schedule.look_time(obs.now, seconds(status.last_failure_time) or obs.now)
    if error.reason in LOCAL:
        return Postpone(None, look)
    return _refused(obs, error.reason)


def _refused(obs: Observation, reason: Reason) -> TokenAnswer | None:
    """Wait with what was refused: a password or seed for its change, what may be mended elsewhere for its probe."""
    planned = obs.connector.status.next_refresh_time
    if is_requested(obs) and (planned is not None or reason is Reason.REFRESH_TOKEN_REJECTED):
        return None if planned is not None else RequestToken(RequestCause.REQUESTED)
    if planned is None:
        return Postpone(None, obs.now + 60)
    probe = seconds(planned) or obs.now
    return Postpone(None, min(probe, obs.now + 60)) if probe > obs.now else None


def no_token(obs: Observation) -> TokenAnswer | None:
    """Ask for the first token, or for another where the Secret with it was deleted or changed by somebody."""
    if held(obs) is not None:
        return None
    if obs.output is not None and is_owned(obs.output, obs.connector):
        return RequestToken(RequestCause.DRIFTED)
    return RequestToken(RequestCause.LOST if obs.connector.status.secret_ref is not None else RequestCause.FIRST)


def request_changed(obs: Observation) -> TokenAnswer | None:
    """Ask anew where issuer, client, scopes or parameters differ from those the token was asked with."""
    token = held(obs)
    if token is None or obs.connector.valid_spec.needs_user:
        return None  # a changed scope needs a person's yes; until then the old grant is refreshed on
    return RequestToken(RequestCause.SPEC_CHANGED) if token.token_digest != obs.token_digest else None


def refresh_requested(obs: Observation) -> TokenAnswer | None:
    """Ask anew once for each new value of the annotation by which a person requests it."""
    return RequestToken(RequestCause.REQUESTED) if is_requested(obs) else None


def failing(obs: Observation) -> TokenAnswer | None:
    """Go on with what failed until it succeeds, though the old token is good for a while yet: somebody asked for it."""
    status, error = obs.connector.status, obs.connector.status.last_error
    same = error is not None and error.request_digest == request_digest(obs.connector.spec)
    if not same or not status.failed_attempts or status.next_refresh_time is None:
        return None
    planned = seconds(status.next_refresh_time) or 0
    return RequestToken(RequestCause.DUE) if planned <= obs.now else Postpone(None, planned)


def nearing_expiry(obs: Observation) -> TokenAnswer | None:
    """Ask for the next token when the planned second has come."""
    due = refresh_due(obs)
    return RequestToken(RequestCause.DUE) if due is not None and due <= obs.now else None


def rest(obs: Observation) -> TokenAnswer | None:
    """Keep the token until the planned second."""
    return KeepToken(refresh_due(obs))


TOKEN_CHECKS: tuple[TokenCheck, ...] = (
    being_deleted,
    revocation_requested,
    received_but_unpersisted,
    code_waiting,
    claim_in_doubt,
    suspended,
    spec_invalid,
    consent_missing,
    credentials_missing_or_refused,
    no_token,
    request_changed,
    refresh_requested,
    failing,
    nearing_expiry,
    rest,
)
