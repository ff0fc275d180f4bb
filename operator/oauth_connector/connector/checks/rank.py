"""The place of a token request among those that wait for a slot at its host."""

from oauth_connector.connector.checks.decisions import RequestCause
from oauth_connector.connector.checks.facts import current_token
from oauth_connector.connector.observation import Observation
from oauth_connector.connector.schedule.fair_queue import Rank


def rank_request(obs: Observation, cause: RequestCause) -> Rank:
    """Rank a request in doubt first, then a first token, refreshes by expiry, and last what has only failed.

    Many servers accept the refresh token of a lost response for some seconds only.
    """
    if cause is RequestCause.CLAIM_IN_DOUBT:
        return (0, -1.0)
    token = current_token(obs)
    failed = obs.connector.status.failed_attempts
    if token is not None:
        return (1, float(token.expires_at or 0))
    return (2, float(failed)) if failed else (0 if cause is RequestCause.FIRST_TOKEN else 1, 0.0)
