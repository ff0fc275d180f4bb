"""Warnings: what a user should do soon, while the token is still valid."""

from oauth_connector.api.reasons import Reason
from oauth_connector.connector.checks.facts import current_token, grant_summary, published_token, refresh_due
from oauth_connector.connector.grant.choice import build_grant_problem
from oauth_connector.connector.observation import Observation
from oauth_connector.connector.schedule.refresh_policy import find_idle_lifetime, refresh_policy
from oauth_connector.connector.schedule.refresh_time import MOUNT_DELAY, can_cover_mount_delay, refresh_margin
from oauth_connector.connector.secret.metadata import GrantSummary
from oauth_connector.connector.status.problem import Problem
from oauth_connector.oauth.errors import Remedy

DAY = 86400
WEEK = 7 * DAY
SHARE = 0.2
"""A refresh token is about to expire when a week or a fifth of its lifetime is left, whichever is less."""


def grant_warning(obs: Observation) -> Problem | None:
    """Return what the user should do, if the grant can be renewed only by a user, and soon must be."""
    spec, summary = obs.connector.spec, grant_summary(obs)
    if not spec.is_renewed_by_user or summary is None or not summary.digest or summary.given_up:
        return None
    if summary.digest != obs.token_digest:
        return build_grant_problem(Reason.SCOPES_CHANGED)
    if spec.needs_consent and not summary.renewable and _has_expiry(obs):
        return build_grant_problem(Reason.REFRESH_TOKEN_MISSING)
    at = _warning_time(summary)
    return build_grant_problem(Reason.REFRESH_TOKEN_EXPIRING) if at is not None and at <= obs.now else None


def _has_expiry(obs: Observation) -> bool:
    """Return whether the token has a known expiry: some providers issue tokens that never expire."""
    token = published_token(obs)
    return token is not None and token.expires_at is not None


def mount_warning(obs: Observation) -> Problem | None:
    """Return the warning that a mounted file can contain an expired token, with the figures of the valid one.

    Where a refresh revokes the old token, no margin helps; the reference page of the preset states what to do.
    """
    spec, token = obs.connector.spec, published_token(obs)
    if token is None or token.issued_at is None or token.expires_at is None or token.expires_at <= obs.now:
        return None
    if refresh_due(obs) is None or (
        spec.provider.known is not None and spec.provider.known.refresh_tokens.revokes_access_token
    ):
        return None
    margin = refresh_margin(token.issued_at, token.expires_at, refresh_policy(spec), obs.connector.uid)
    if margin >= MOUNT_DELAY:
        return None
    facts = {"lifetime": str(token.expires_at - token.issued_at), "margin": str(margin)}
    if can_cover_mount_delay(token.issued_at, token.expires_at):
        facts["before"] = f"{MOUNT_DELAY}s"
    return Problem(Reason.REFRESH_LATE, Remedy.FIX_SPEC, facts)


def idle_warning(obs: Observation) -> Problem | None:
    """Return the warning that a suspended connector lets its refresh token expire, which only a user can renew."""
    at, idle = _idle_warning_time(obs), find_idle_lifetime(obs.connector.spec)
    if at is None or idle is None or at > obs.now:
        return None
    return Problem(Reason.REFRESH_TOKEN_IDLE, Remedy.FIX_SPEC, {"days": str(idle // DAY)})


def _idle_warning_time(obs: Observation) -> float | None:
    spec = obs.connector.spec
    idle = find_idle_lifetime(spec) if spec.suspend and spec.is_renewed_by_user else None
    if idle is None:
        return None
    summary, token = grant_summary(obs), current_token(obs)
    if summary is None or not summary.renewable or token is None or token.issued_at is None:
        return None
    return token.issued_at + idle - min(WEEK, SHARE * idle)


def grant_warning_time(obs: Observation) -> float | None:
    """Return when the next warning will be due; `None` where none will."""
    summary = grant_summary(obs)
    times = (_warning_time(summary) if summary is not None else None, _idle_warning_time(obs))
    return min((at for at in times if at is not None and at > obs.now), default=None)


def _warning_time(summary: GrantSummary) -> float | None:
    if summary.refresh_expires is None:
        return None
    lifetime = summary.refresh_expires - (summary.refresh_issued or summary.refresh_expires)
    return summary.refresh_expires - (min(WEEK, SHARE * lifetime) if lifetime > 0 else WEEK)
