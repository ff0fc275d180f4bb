"""Why the code of a consent was not sent, or was refused: its consent fails at once, and states the cause."""

from oauth_connector.api.reasons import Reason
from oauth_connector.api.v1alpha1.consent_reasons import ConsentReason
from oauth_connector.connector.status.findings import ActionResult
from oauth_connector.connector.status.problem import Problem
from oauth_connector.oauth.verdicts import is_refusal

_SECRET_REASONS = frozenset({Reason.SECRET_CONFLICT, Reason.STATE_CONFLICT, Reason.SECRET_WRITE_REJECTED})


def find_unsent_problem(result: ActionResult) -> Problem | None:
    """Return why a code was not sent: a problem before the request, or a conflicting Secret; else nothing."""
    if result.findings is None or result.problem is None:
        return None
    attempt = result.findings.attempt
    not_sent = attempt is not None and not attempt.outbound
    return result.problem if not_sent or result.problem.reason is Reason.SECRET_CONFLICT else None


def find_refusal_of_code(result: ActionResult) -> Problem | None:
    """Return why a provider refused a code that was sent; nothing where it did not, or where that is not known."""
    problem = result.problem
    is_refused = problem is not None and problem.signal is not None and is_refusal(problem.signal)
    return problem if is_refused else None


def choose_unsent_reason(problem: Problem) -> ConsentReason:
    """Return the reason of the consent."""
    blocked_by_secret = problem.reason in _SECRET_REASONS
    return ConsentReason.SECRET_CONFLICT if blocked_by_secret else ConsentReason.CONNECTOR_INVALID
