"""The specification of a pass: two questions, each an ordered list of small checks, the first answer decides.

*Which token?* asks what to do at the token endpoint; *Does the Secret show it?* asks what to do at the Secret. A check
is one function from what was observed to an answer, or `None` when the question goes to the next one.
"""

from collections.abc import Callable

from oauth_connector.api.reasons import Reason
from oauth_connector.connector import schedule
from oauth_connector.connector.actions import (
    Cause,
    Conflict,
    Drifted,
    Hold,
    Keep,
    LeaveAlone,
    Mint,
    Missing,
    Publish,
    Render,
    SecretAnswer,
    Shown,
    TokenAnswer,
)
from oauth_connector.connector.choice import renewable, why_consent
from oauth_connector.connector.consents import CLAIM_RESTS
from oauth_connector.connector.effective import refresh_policy, request_digest, seconds
from oauth_connector.connector.grant_state import Purpose
from oauth_connector.connector.observation import CredentialVersion, Observation
from oauth_connector.connector.ownership import is_ours, why_not_ours
from oauth_connector.connector.problem import LOCAL, LOOKED_AT, Problem
from oauth_connector.connector.secret_metadata import SecretMetadata, StateNotes
from oauth_connector.oauth.errors import Remedy
from oauth_connector.oauth.token import GrantType

CONFLICT_LOOK = 60
"""Seconds between two looks at a Secret that is in the way: without our label its changes are not watched."""

TokenCheck = Callable[[Observation], TokenAnswer | None]
SecretCheck = Callable[[Observation], SecretAnswer | None]


def held(obs: Observation) -> SecretMetadata | None:
    """Give the Secret whose annotations describe the token that we count on, if any.

    Mostly that is the one that pods read; the state Secret where it holds a newer one that could not be shown yet, or
    the only one.
    """
    seen, kept = shown(obs), _kept(obs)
    if kept is None or seen is None:
        return kept or seen
    return kept if (kept.issued_at or 0) > (seen.issued_at or 0) else seen


def _kept(obs: Observation) -> SecretMetadata | None:
    spec, state = obs.connector.spec, obs.state
    if isinstance(spec, tuple) or not spec.may_hold_refresh_token or state is None or state.issued_at is None:
        return None
    return state if state.state is not None and is_ours(state, obs.connector) else None


def shown(obs: Observation) -> SecretMetadata | None:
    """Give the Secret that shows a token to pods, if any: the output, else a stray."""
    candidates = (obs.output, *obs.strays) if obs.output else obs.strays
    return next((s for s in candidates if is_ours(s, obs.connector) and s.intact and s.issued_at is not None), None)


# --- Which token? ---------------------------------------------------------------------------------------------------
def being_deleted(obs: Observation) -> TokenAnswer | None:
    """Write nothing for a connector that is going, or its Secret would come back after it was collected."""
    return LeaveAlone() if obs.connector.deleting else None


def received_but_unpersisted(obs: Observation) -> TokenAnswer | None:
    """Publish what was received before anything else is asked for, as long as it is what the spec wants."""
    pending = obs.memory.pending
    if pending is None or pending.token.digest != obs.token_digest:
        return None
    if pending.token.expires is not None and pending.token.expires <= obs.now:
        return None
    return Publish(pending) if pending.not_before <= obs.now else Hold(pending.refused, pending.not_before)


def code_waiting(obs: Observation) -> TokenAnswer | None:
    """Exchange what a person's browser brought back; codes live for a minute or so."""
    return Mint(Cause.CONSENTED) if obs.code is not None else None


def claim_in_doubt(obs: Observation) -> TokenAnswer | None:
    """Send the same refresh token again where nobody knows what became of it; leave another process's claim to rest."""
    spec, notes = obs.connector.spec, notes_of(obs)
    if isinstance(spec, tuple) or notes is None or notes.claimed_at is None or not spec.may_hold_refresh_token:
        return None
    rests = notes.claimed_at + CLAIM_RESTS
    if notes.attempt != obs.memory.attempt and notes.claimed_at <= obs.now < rests:
        return Hold(None, rests)
    return Mint(Cause.DOUBT) if notes.claimed_for == Purpose.REFRESH else None


def suspended(obs: Observation) -> TokenAnswer | None:
    """Make no token call while `spec.suspend` is true."""
    spec = obs.connector.spec
    if isinstance(spec, tuple) or not spec.suspend:
        return None
    return Hold(Problem(Reason.SUSPENDED, Remedy.FIX_SPEC), None)


def spec_invalid(obs: Observation) -> TokenAnswer | None:
    """Wait for an edit where the spec cannot be understood, naming the first field that is wrong."""
    if not isinstance(obs.connector.spec, tuple):
        return None
    first = obs.connector.spec[0]
    facts = {"field": first.path, "cure": first.message}
    return Hold(Problem(Reason.INVALID_SPEC, Remedy.FIX_SPEC, facts), None)


def consent_missing(obs: Observation) -> TokenAnswer | None:
    """Ask nobody where only a person can bring a token; one that is there is kept as long as it lives."""
    notes = notes_of(obs)
    problem = why_consent(obs.connector.valid_spec, notes)
    if problem is None or (problem.reason is Reason.GRANT_REFUSED and is_requested(obs)):
        return None
    if obs.redirect_uri is None:
        problem = Problem(Reason.REDIRECT_URI_INVALID, Remedy.FIX_SPEC)
    token = held(obs)
    alive = token is not None and (token.expires_at is None or token.expires_at > obs.now)
    if problem.reason is Reason.GRANT_ENDED and alive:
        return Keep(token.expires_at if token is not None else None)
    return Hold(problem, token.expires_at if token is not None and alive else None)


def credentials_missing_or_refused(obs: Observation) -> TokenAnswer | None:
    """Look at the credential Secrets, not at the provider, until they change or a probe is due."""
    status = obs.connector.status
    error = status.last_error
    if error is None or error.reason not in LOOKED_AT or error.request_digest != request_digest(obs.connector.spec):
        return None
    if obs.credentials is not None and obs.credentials != observed_credentials(obs):
        return Mint(Cause.CREDENTIALS_CHANGED)
    look = schedule.look_time(obs.now, seconds(status.last_failure_time) or obs.now)
    if error.reason in LOCAL:
        return Hold(None, look)
    if error.reason is Reason.GRANT_REFUSED and is_requested(obs):
        return Mint(Cause.REQUESTED)
    if status.next_refresh_time is None:  # a refused password or seed: only its change tries again
        return Hold(None, obs.now + 60)
    if is_requested(obs):
        return None
    probe = seconds(status.next_refresh_time) or obs.now
    return Hold(None, min(probe, obs.now + 60)) if probe > obs.now else None


def no_token(obs: Observation) -> TokenAnswer | None:
    """Ask for the first token, or for another where the Secret with it was deleted or changed by somebody."""
    if held(obs) is not None:
        return None
    if obs.output is not None and is_ours(obs.output, obs.connector):
        return Mint(Cause.DRIFTED)
    return Mint(Cause.LOST if obs.connector.status.secret_ref is not None else Cause.FIRST)


def request_changed(obs: Observation) -> TokenAnswer | None:
    """Ask anew where issuer, client, scopes or parameters differ from those the token was asked with."""
    token = held(obs)
    if token is None or obs.connector.valid_spec.needs_a_person:
        return None  # a changed scope needs a person's yes; until then the old grant is refreshed on
    return Mint(Cause.SPEC_CHANGED) if token.token_digest != obs.token_digest else None


def refresh_requested(obs: Observation) -> TokenAnswer | None:
    """Ask anew once for each new value of the annotation by which a person requests it."""
    return Mint(Cause.REQUESTED) if is_requested(obs) else None


def nearing_expiry(obs: Observation) -> TokenAnswer | None:
    """Ask for the next token when the planned second has come."""
    due = refresh_due(obs)
    return Mint(Cause.DUE) if due is not None and due <= obs.now else None


def rest(obs: Observation) -> TokenAnswer | None:
    """Keep the token until the planned second."""
    return Keep(refresh_due(obs))


TOKEN_CHECKS: tuple[TokenCheck, ...] = (
    being_deleted,
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
    nearing_expiry,
    rest,
)


# --- Does the Secret show it? ---------------------------------------------------------------------------------------
def conflict(obs: Observation) -> SecretAnswer | None:
    """Never touch a Secret that is somebody else's, be it known by its label or from a look in the last minute."""
    known = obs.memory.conflict
    if known is not None and obs.now < known.seen + CONFLICT_LOOK:
        return Conflict(known.problem)
    problem = why_not_ours(obs.output, obs.connector) if obs.output is not None else None
    return Conflict(problem) if problem is not None else None


def missing(obs: Observation) -> SecretAnswer | None:
    """See that there is no Secret of that name; a stray of ours that holds the token is moved there."""
    if obs.output is not None:
        return None
    source = held(obs)
    return Render(source) if source is not None else Missing()


def drifted(obs: Observation) -> SecretAnswer | None:
    """See that somebody changed what we wrote: our field manager no longer owns all of it."""
    if obs.output is None or obs.output.intact:
        return None
    kept = _kept(obs)
    return Render(kept) if kept is not None else Drifted()


def rendering_changed(obs: Observation) -> SecretAnswer | None:
    """Render anew where `output` or the prefix changed, or where the Secret was a namesake's that is gone."""
    output, source = obs.output, held(obs)
    if source is not None and source.state is not None and output is not None:
        return Render(source)
    if output is None or (output.output_digest == obs.output_digest and output.connector_uid == obs.connector.uid):
        return None
    return Render(output)


def shows_it(obs: Observation) -> SecretAnswer | None:
    """Rest, but for Secrets of earlier names, which are removed once the new one is there."""
    return Shown(obs.strays)


SECRET_CHECKS: tuple[SecretCheck, ...] = (conflict, missing, drifted, rendering_changed, shows_it)


# --- What several checks ask ----------------------------------------------------------------------------------------
def refresh_due(obs: Observation) -> float | None:
    """Give the planned second of the next call for the token in hand; `None` where its life is unknown."""
    token = held(obs)
    if token is None or token.issued_at is None or token.expires_at is None or not _can_be_renewed(obs):
        return None
    if token.issued_at > obs.now + schedule.MINIMUM_GAP:
        return obs.now  # the clock was set back since, so that it will die earlier than it says
    if obs.memory.repeats_tokens:
        last = max(obs.memory.last_call or 0, token.issued_at)
        return schedule.next_cached_try(last, token.expires_at)
    policy = refresh_policy(obs.connector.spec)
    planned = schedule.refresh_time(token.issued_at, token.expires_at, policy, obs.connector.uid)
    return planned if planned + obs.memory.set_back < token.expires_at else obs.now


def _can_be_renewed(obs: Observation) -> bool:
    spec = obs.connector.spec
    return isinstance(spec, tuple) or renewable(spec, notes_of(obs)) or spec.grant_type is GrantType.REFRESH_TOKEN


def notes_of(obs: Observation) -> StateNotes | None:
    """Give what is known of the grant from the state Secret's metadata; nothing where that is not ours."""
    return obs.state.state if obs.state is not None and is_ours(obs.state, obs.connector) else None


def is_requested(obs: Observation) -> bool:
    """Tell whether a person asks for a try that was not made yet."""
    request = obs.connector.refresh_request
    return bool(request) and request != obs.connector.status.last_handled_refresh


def observed_credentials(obs: Observation) -> tuple[CredentialVersion, ...]:
    """Give the versions that the last attempt was made with, as status remembers them."""
    seen = obs.connector.status.observed_credentials
    return tuple(sorted(CredentialVersion(c.name, c.uid or "", c.resource_version or "") for c in seen))
