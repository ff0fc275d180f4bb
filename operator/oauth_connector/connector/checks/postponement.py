"""Whether a token request can be sent now; if not, why and until when it has to wait.

`schedule` computes times without a clock. Here they are compared with the time of the observation.
"""

from oauth_connector.api.reasons import Reason
from oauth_connector.api.schema.times import to_epoch
from oauth_connector.connector.checks.decisions import REPAIR_CAUSES, Postpone, RequestCause
from oauth_connector.connector.checks.facts import current_token, grant_summary, is_failing, is_refresh_requested
from oauth_connector.connector.checks.secret_checks import find_repair_limit
from oauth_connector.connector.observation import Observation
from oauth_connector.connector.schedule.refresh_time import MINIMUM_GAP

CODE_PAUSE = 2
"""Seconds between any token request and one that presents a code, which cannot wait for the usual ten."""

LONGEST_PAUSE = 43200 + 4400
"""Seconds of the longest pause that the operator writes. A longer pause in status was written by another client."""


def find_postponement(cause: RequestCause, obs: Observation) -> Postpone | None:
    """Return why and until when a token request of this cause has to wait; `None` where it can be sent now."""
    if cause in REPAIR_CAUSES and (limit := find_repair_limit(obs)) is not None:
        return Postpone(limit.problem, limit.until)
    if cause is RequestCause.CODE_RECEIVED:  # a code is valid for about a minute, and the user waits
        earliest = (obs.memory.last_call or 0.0) + CODE_PAUSE
    else:
        at_once = cause is RequestCause.CLAIM_IN_DOUBT and _may_resend_at_once(obs)
        earliest = max(0.0 if at_once else _after_last_request(obs), _after_failures(cause, obs))
    return Postpone(None, earliest) if earliest > obs.now else None


def _may_resend_at_once(obs: Observation) -> bool:
    """Return whether the last attempt reached the provider, or there was none; a local failure plans no request."""
    return obs.connector.status.last_error is None or obs.connector.status.next_refresh_time is not None


def _after_last_request(obs: Observation) -> float:
    """Return the end of the gap of ten seconds after the last request.

    A request in the future shows that the clock was set back: it is ignored, because it would block for too long. What
    is stored has whole seconds: a process that has not seen the request itself counts from the end of its second.
    """
    status, token = obs.connector.status, current_token(obs)
    rounded = 1.0 if obs.memory.last_call is None else 0.0
    known = (
        (obs.memory.last_call, 0.0),
        (obs.started if _can_wait_after_start(obs) else None, 0.0),
        (to_epoch(status.last_failure_time) if status.failed_attempts else None, rounded),
        (token.issued_at if token else to_epoch(status.issue_time), rounded),
    )
    ends = [at + more for at, more in known if at is not None and at <= obs.now]
    return max(ends) + MINIMUM_GAP if ends else 0.0


def _can_wait_after_start(obs: Observation) -> bool:
    """Return whether the token is valid for longer than the pause after a request of a process that was killed."""
    token = current_token(obs)
    return token is not None and (token.expires_at or 0) > obs.started + 2 * MINIMUM_GAP


def _is_new(obs: Observation, failed: int) -> bool:
    """Return whether the claim in doubt is newer than the last failure: its process has ended before it had one."""
    summary = grant_summary(obs)
    return summary is not None and (summary.claimed_at or 0) > failed


def _after_failures(cause: RequestCause, obs: Observation) -> float:
    """Return the end of the pause after the last failure; 0 if its cause has changed or the user requests a refresh."""
    status = obs.connector.status
    error = status.last_error
    if error is None or not is_failing(obs) or not status.failed_attempts:
        return 0.0
    failed = to_epoch(status.last_failure_time) or 0
    if cause is RequestCause.CREDENTIALS_CHANGED or (cause is RequestCause.CLAIM_IN_DOUBT and _is_new(obs, failed)):
        return 0.0
    if is_refresh_requested(obs) and error.reason is not Reason.RATE_LIMITED:
        return 0.0
    planned = to_epoch(status.next_refresh_time) or 0
    return planned if failed <= obs.now and planned - obs.now <= LONGEST_PAUSE else 0.0
