"""What a person should do soon though nothing is wrong yet: a condition that stands beside a valid token."""

from oauth_connector.api.reasons import Reason
from oauth_connector.connector.checks.facts import notes_of, shown
from oauth_connector.connector.grant.choice import ended
from oauth_connector.connector.observation import Observation
from oauth_connector.connector.secret.metadata import GrantSummary
from oauth_connector.connector.status.problem import Problem
from oauth_connector.oauth.grants.registry import GrantType

WEEK = 7 * 86400
SHARE = 0.2
"""A refresh token is about to expire when a week or a fifth of its life is left, whichever is less."""


def advice(obs: Observation) -> Problem | None:
    """Give what a person should see to, where a grant that only a person can give is not as it should be."""
    spec, notes = obs.connector.spec, notes_of(obs)
    if isinstance(spec, tuple) or not spec.needs_user or notes is None or not notes.digest or notes.refused:
        return None
    if notes.digest != obs.token_digest:
        return ended(Reason.SCOPES_CHANGED)
    if spec.grant_type is GrantType.AUTHORIZATION_CODE and not notes.renewable and _will_expire(obs):
        return ended(Reason.REFRESH_TOKEN_MISSING)
    at = _warning_time(notes)
    return ended(Reason.REFRESH_TOKEN_EXPIRING) if at is not None and at <= obs.now else None


def _will_expire(obs: Observation) -> bool:
    """Tell whether the token's end is known: some providers give tokens that never end, and nothing with them."""
    token = shown(obs)
    return token is not None and token.expires_at is not None


def advice_time(obs: Observation) -> float | None:
    """Give the time at which there will be something to say that there is not now."""
    notes = notes_of(obs)
    at = _warning_time(notes) if notes is not None else None
    return at if at is not None and at > obs.now else None


def _warning_time(notes: GrantSummary) -> float | None:
    if notes.refresh_expires is None:
        return None
    life = notes.refresh_expires - (notes.refresh_issued or notes.refresh_expires)
    return notes.refresh_expires - (min(WEEK, SHARE * life) if life > 0 else WEEK)
