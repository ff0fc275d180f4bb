"""Put the two questions to what was observed, and hold back a token call whose time has not come."""

from oauth_connector.api.reasons import Reason
from oauth_connector.connector.checks.decisions import (
    REPAIRS,
    Decision,
    Postpone,
    RequestCause,
    RequestToken,
    SecretConflict,
)
from oauth_connector.connector.checks.facts import held, is_requested
from oauth_connector.connector.checks.secret_checks import CONFLICT_LOOK, SECRET_CHECKS
from oauth_connector.connector.checks.token_checks import TOKEN_CHECKS
from oauth_connector.connector.effective import request_digest, seconds
from oauth_connector.connector.observation import Observation
from oauth_connector.connector.schedule.refresh_time import MINIMUM_GAP
from oauth_connector.connector.status.problem import Problem
from oauth_connector.oauth.errors import Remedy

REPAIRS_PER_HOUR = 3
"""Tokens asked for within an hour because somebody else changes or deletes our Secret; more would be a fight."""

CODE_PAUSE = 2
"""Seconds between any call and one that presents a code, which cannot wait for the usual ten."""

LONGEST_PAUSE = 3600 + 400
"""No pause that we write is longer; a longer one in status was put there by somebody else."""


def decide(obs: Observation) -> Decision:
    """Give one answer to each question. A conflict at the Secret stops token calls: nobody could read the token."""
    secret = next(shown for check in SECRET_CHECKS if (shown := check(obs)) is not None)
    token = next(wanted for check in TOKEN_CHECKS if (wanted := check(obs)) is not None)
    if isinstance(token, RequestToken):
        token = (_conflict(secret, obs) if isinstance(secret, SecretConflict) else hold_back(token.cause, obs)) or token
    return Decision(token, secret)


def _conflict(secret: SecretConflict, obs: Observation) -> Postpone:
    known = obs.memory.conflict
    return Postpone(secret.problem, (known.seen if known else obs.now) + CONFLICT_LOOK)


def hold_back(cause: RequestCause, obs: Observation) -> Postpone | None:
    """Give the reason to wait with a token call that is due for this cause, if there is one."""
    if cause in REPAIRS and (hold := contested(obs)) is not None:
        return hold
    if cause is RequestCause.CONSENTED:  # a code lives for a minute or so, and a person waits
        again = (obs.memory.last_call or 0.0) + CODE_PAUSE
        return Postpone(None, again) if obs.now < again else None
    at_once = cause is RequestCause.DOUBT and (obs.connector.status.last_error is None or _is_planned(obs))
    last = 0.0 if at_once else _after_the_last_call(obs)
    earliest = max(last, _after_failures(cause, obs))
    return Postpone(None, earliest) if earliest > obs.now else None


def contested(obs: Observation) -> Postpone | None:
    """Give the reason to leave a Secret that somebody else keeps changing as it is for a while, if there is one."""
    recent = sorted(at for at in obs.memory.repairs if obs.now - 3600 < at <= obs.now)
    if len(recent) < REPAIRS_PER_HOUR:
        return None
    facts = {"secret": obs.connector.output_name}
    return Postpone(Problem(Reason.SECRET_CONTESTED, Remedy.FIX_SPEC, facts), recent[-REPAIRS_PER_HOUR] + 3600)


def _is_planned(obs: Observation) -> bool:
    """Tell whether the last try had an answer, or none, from the provider; what failed on this side plans nothing."""
    return obs.connector.status.next_refresh_time is not None


def _after_the_last_call(obs: Observation) -> float:
    """Keep ten seconds between two calls; one in the future is a clock set back and must not block for ever."""
    status, token = obs.connector.status, held(obs)
    known = (
        obs.memory.last_call,
        obs.started if _can_wait_for_a_new_process(obs) else None,
        seconds(status.last_failure_time) if status.failed_attempts else None,
        token.issued_at if token else seconds(status.issue_time),
    )
    last = max((at for at in known if at is not None and at <= obs.now), default=None)
    return last + MINIMUM_GAP if last is not None else 0.0


def _can_wait_for_a_new_process(obs: Observation) -> bool:
    """Tell whether the token outlives the ten seconds after which no call of a killed process can be too near."""
    token = held(obs)
    return token is not None and (token.expires_at or 0) > obs.started + 2 * MINIMUM_GAP


def _after_failures(cause: RequestCause, obs: Observation) -> float:
    """Keep the pause that the last failure asked for, unless what failed has changed or a person asks for a try."""
    status = obs.connector.status
    error = status.last_error
    same = (
        error is not None
        and error.request_digest == request_digest(obs.connector.spec)
        and bool(status.failed_attempts)
    )
    if not same or error is None or cause is RequestCause.CREDENTIALS_CHANGED:
        return 0.0
    if is_requested(obs) and error.reason is not Reason.RATE_LIMITED:
        return 0.0
    planned = seconds(status.next_refresh_time) or 0
    failed = seconds(status.last_failure_time) or 0
    return planned if failed <= obs.now and planned - obs.now <= LONGEST_PAUSE else 0.0
