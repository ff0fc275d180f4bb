"""The request after one that failed: its time, and what is found of the failure."""

from dataclasses import replace

from oauth_connector.api.reasons import Reason
from oauth_connector.connector.checks.decisions import RequestCause
from oauth_connector.connector.checks.facts import published_token
from oauth_connector.connector.grant.results import RequestFailed
from oauth_connector.connector.observation import Observation
from oauth_connector.connector.schedule import refresh_time as schedule
from oauth_connector.connector.status.findings import Findings, find_published_token
from oauth_connector.connector.status.problem import describe_limit
from oauth_connector.oauth.verdicts import is_refusal

SERVER_ERRORS = 500
"""The lowest of the statuses of servers that fail (RFC 9110 §15.6)."""


def count_doubts(before: int, cause: RequestCause, failure: RequestFailed) -> int:
    """Return how many requests have failed since a response was lost; 0 where the outcome is known.

    `before` is that number before this request, as far as this process knows it.
    """
    counted = before or int(cause is RequestCause.CLAIM_IN_DOUBT)  # another process may have lost it
    signal = failure.problem.signal
    is_known = signal is None or is_refusal(signal) or not (counted or failure.in_doubt)
    return 0 if is_known else counted + 1


def plan_retry(obs: Observation, failure: RequestFailed, doubts: int, now: float) -> Findings:
    """Return what is found of a failure, with the time of the next request, if one is sent without a user."""
    token, problem = published_token(obs), failure.problem
    retry_after = problem.signal.retry_after if problem.signal else None
    attempts = doubts or obs.connector.status.failed_attempts + 1  # failures before the doubt do not count
    since = failure.refused_since
    if problem.pace is schedule.RetryPace.FADING and since is not None:
        attempts = problem.pace.count_attempts(now - since)  # failures before the first refusal do not count
    failing = schedule.Failing(attempts, int(now), retry_after)
    expires = token.expires_at if token is not None else None
    retry_at = schedule.retry_time(failing, problem.pace, expires, obs.connector.uid)
    is_new = failure.in_doubt and (doubts == 1 or _is_newly_lost(obs, failure))
    if is_new and retry_after is None and problem.repeatable:
        retry_at = failing.last  # at once: many servers accept the same refresh token again for a few seconds
    may_retry = problem.repeatable or not problem.needs_action  # other credentials are presented next
    planned = retry_at if may_retry and failure.attempt.outbound else None
    if problem.reason is Reason.RATE_LIMITED and planned is not None:
        problem = replace(problem, facts={**problem.facts, **describe_limit(obs.connector.spec, planned).facts})
    return Findings(now, find_published_token(token), problem, failure.attempt, planned)


def _is_newly_lost(obs: Observation, failure: RequestFailed) -> bool:
    """Return whether a response was lost right after a 5xx, which leaves a doubt, too, but a smaller one."""
    error, signal = obs.connector.status.last_error, failure.problem.signal
    is_lost = signal is not None and (signal.http_status or 0) < SERVER_ERRORS
    return is_lost and error is not None and (error.http_status or 0) >= SERVER_ERRORS
