"""Evaluate the two ordered lists of checks on an observation, and combine their answers into a decision."""

from oauth_connector.connector.checks.decisions import (
    Decision,
    KeepToken,
    Postpone,
    RenderSecret,
    RequestCause,
    RequestToken,
    SecretAnswer,
    SecretConflict,
    TokenAnswer,
)
from oauth_connector.connector.checks.postponement import find_postponement
from oauth_connector.connector.checks.secret_checks import CONFLICT_INTERVAL, SECRET_CHECKS
from oauth_connector.connector.checks.token_checks import TOKEN_CHECKS
from oauth_connector.connector.observation import Observation
from oauth_connector.connector.status.report import recorded_problem


def decide(obs: Observation) -> Decision:
    """Decide about token and Secret. A conflict at the Secret stops token requests: no pod could read the token."""
    secret = next(answer for check in SECRET_CHECKS if (answer := check(obs)) is not None)
    token = next(found for check in TOKEN_CHECKS if (found := check(obs)) is not None)
    if isinstance(token, RequestToken):
        conflict = _conflict(secret, obs) if isinstance(secret, SecretConflict) else None
        token = conflict or find_postponement(token.cause, obs) or token
    return Decision(token, secret, _if_unreadable(token, secret, obs))


def _conflict(secret: SecretConflict, obs: Observation) -> Postpone:
    known = obs.memory.conflict
    return Postpone(secret.problem, (known.seen if known else obs.now) + CONFLICT_INTERVAL)


def _if_unreadable(token: TokenAnswer, secret: SecretAnswer, obs: Observation) -> RequestToken | Postpone | None:
    """Return what to do if the published token is unreadable: request another, unless a known problem prevents that."""
    if not isinstance(secret, RenderSecret) or secret.source.grant is not None:
        return None  # a stored token that cannot be read is repaired by the next refresh
    problem = (token.problem or recorded_problem(obs.connector)) if isinstance(token, Postpone) else None
    if problem is not None or not isinstance(token, KeepToken | Postpone):
        return None
    return find_postponement(RequestCause.SPEC_CHANGED, obs) or RequestToken(RequestCause.SPEC_CHANGED)
