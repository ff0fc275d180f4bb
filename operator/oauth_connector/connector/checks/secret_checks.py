"""The second question of a reconciliation: does the Secret contain the token? The first answer decides."""

from collections.abc import Callable

from oauth_connector.api.reasons import Reason
from oauth_connector.connector.checks.decisions import (
    RenderSecret,
    SecretAnswer,
    SecretConflict,
    SecretContested,
    SecretCurrent,
    SecretDrifted,
    SecretMissing,
)
from oauth_connector.connector.checks.facts import current_token, published_token, stored_token
from oauth_connector.connector.observation import Observation
from oauth_connector.connector.secret.forbidden_labels import build_label_problem
from oauth_connector.connector.secret.ownership import has_lost_owner, ownership_conflict
from oauth_connector.connector.status.problem import Problem
from oauth_connector.oauth.errors import Remedy

CONFLICT_INTERVAL = 60
"""Seconds between two reads of a Secret that is in conflict: without the operator's label it is not watched."""

REPAIRS_PER_HOUR = 3
"""The number of repairs within an hour of a Secret that another client changes or deletes."""

SecretCheck = Callable[[Observation], SecretAnswer | None]


def report_forbidden_label(obs: Observation) -> SecretAnswer | None:
    """Write no Secret with a label of a controller that the operator's settings do not allow."""
    label = obs.forbidden_label
    return SecretConflict(build_label_problem(label)) if label is not None else None


def report_conflict(obs: Observation) -> SecretAnswer | None:
    """Never change a Secret of another owner, known by its label or from a read within the last minute."""
    known = obs.memory.conflict
    if known is not None and obs.now < known.seen + CONFLICT_INTERVAL:
        return SecretConflict(known.problem)
    problem = ownership_conflict(obs.output, obs.connector) if obs.output is not None else None
    return SecretConflict(problem) if problem is not None else None


def leave_contested(obs: Observation) -> SecretAnswer | None:
    """Leave a Secret as it is for a while where another client has undone three repairs from the stored token."""
    if published_token(obs) is not None or stored_token(obs) is None or obs.connector.status.secret_ref is None:
        return None
    return find_repair_limit(obs)


def find_repair_limit(obs: Observation) -> SecretContested | None:
    """Return until when the Secret is not repaired, where three repairs within an hour were not enough."""
    recent = sorted(at for at in obs.memory.repairs if obs.now - 3600 < at <= obs.now)
    if len(recent) < REPAIRS_PER_HOUR:
        return None
    facts = {"secret": obs.connector.output_name}
    return SecretContested(Problem(Reason.SECRET_CONTESTED, Remedy.FIX_SPEC, facts), recent[-REPAIRS_PER_HOUR] + 3600)


def replace_missing(obs: Observation) -> SecretAnswer | None:
    """Write the current token to the Secret where that does not exist; an orphaned Secret may contain the token."""
    if obs.output is not None:
        return None
    source = current_token(obs)
    return RenderSecret(source) if source is not None else SecretMissing()


def repair_drifted(obs: Observation) -> SecretAnswer | None:
    """Detect that another client changed the Secret: the operator's field manager no longer owns all of it."""
    if obs.output is None or obs.output.intact:
        return None
    source = current_token(obs)
    return RenderSecret(source) if source is not None else SecretDrifted()


def render_changed_output(obs: Observation) -> SecretAnswer | None:
    """Render again if `output` or the prefix changed, or if the Secret does not belong to this connector any more."""
    output, source = obs.output, current_token(obs)
    if source is not None and source.grant is not None and output is not None:
        return RenderSecret(source)
    if output is None or (output.output_digest == obs.output_digest and not has_lost_owner(output, obs.connector)):
        return None
    return find_repair_limit(obs) or RenderSecret(output)


def accept_current(obs: Observation) -> SecretAnswer | None:
    """Change nothing, but delete Secrets of earlier names once the new one exists."""
    return SecretCurrent(obs.orphans)


SECRET_CHECKS: tuple[SecretCheck, ...] = (
    report_forbidden_label,
    report_conflict,
    leave_contested,
    replace_missing,
    repair_drifted,
    render_changed_output,
    accept_current,
)
