"""Why the code of a consent was not sent: its consent fails at once, so that the user does not wait."""

from oauth_connector.api.reasons import Reason
from oauth_connector.api.v1alpha1.consent_reasons import ConsentReason
from oauth_connector.connector.status.findings import ActionResult
from oauth_connector.connector.status.problem import Problem

_SECRET_REASONS = frozenset({Reason.SECRET_CONFLICT, Reason.STATE_CONFLICT, Reason.SECRET_WRITE_REJECTED})


def find_unsent_problem(result: ActionResult) -> Problem | None:
    """Return why a code was not sent: a problem before the request, or a conflicting Secret; else nothing."""
    if result.findings is None or result.problem is None:
        return None
    attempt = result.findings.attempt
    not_sent = attempt is not None and not attempt.outbound
    return result.problem if not_sent or result.problem.reason is Reason.SECRET_CONFLICT else None


def choose_unsent_reason(problem: Problem) -> ConsentReason:
    """Return the reason of the consent."""
    blocked_by_secret = problem.reason in _SECRET_REASONS
    return ConsentReason.SECRET_CONFLICT if blocked_by_secret else ConsentReason.CONNECTOR_INVALID
