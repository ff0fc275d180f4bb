"""The second question of a pass: does the Secret show the token? The first answer decides."""

from collections.abc import Callable

from oauth_connector.connector.checks.decisions import (
    RenderSecret,
    SecretAnswer,
    SecretConflict,
    SecretCurrent,
    SecretDrifted,
    SecretMissing,
)
from oauth_connector.connector.checks.facts import held, kept
from oauth_connector.connector.observation import Observation
from oauth_connector.connector.secret.ownership import ownership_conflict

CONFLICT_LOOK = 60
"""Seconds between two looks at a Secret that is in the way: without our label its changes are not watched."""

SecretCheck = Callable[[Observation], SecretAnswer | None]


def conflict(obs: Observation) -> SecretAnswer | None:
    """Never touch a Secret that is somebody else's, be it known by its label or from a look in the last minute."""
    known = obs.memory.conflict
    if known is not None and obs.now < known.seen + CONFLICT_LOOK:
        return SecretConflict(known.problem)
    problem = ownership_conflict(obs.output, obs.connector) if obs.output is not None else None
    return SecretConflict(problem) if problem is not None else None


def missing(obs: Observation) -> SecretAnswer | None:
    """See that there is no Secret of that name; a stray of ours that holds the token is moved there."""
    if obs.output is not None:
        return None
    source = held(obs)
    return RenderSecret(source) if source is not None else SecretMissing()


def drifted(obs: Observation) -> SecretAnswer | None:
    """See that somebody changed what we wrote: our field manager no longer owns all of it."""
    if obs.output is None or obs.output.intact:
        return None
    stored = kept(obs)
    return RenderSecret(stored) if stored is not None else SecretDrifted()


def rendering_changed(obs: Observation) -> SecretAnswer | None:
    """Render anew where `output` or the prefix changed, or where the Secret was a namesake's that is gone."""
    output, source = obs.output, held(obs)
    if source is not None and source.state is not None and output is not None:
        return RenderSecret(source)
    if output is None or (output.output_digest == obs.output_digest and output.connector_uid == obs.connector.uid):
        return None
    return RenderSecret(output)


def shows_it(obs: Observation) -> SecretAnswer | None:
    """Rest, but for Secrets of earlier names, which are removed once the new one is there."""
    return SecretCurrent(obs.orphans)


SECRET_CHECKS: tuple[SecretCheck, ...] = (conflict, missing, drifted, rendering_changed, shows_it)
