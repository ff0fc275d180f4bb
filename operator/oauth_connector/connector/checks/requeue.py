"""When a connector is due again: the time from which the checks return another answer."""

from oauth_connector.connector.checks.decide import decide
from oauth_connector.connector.checks.decisions import (
    KeepToken,
    Postpone,
    SecretAnswer,
    SecretConflict,
    SecretContested,
)
from oauth_connector.connector.checks.secret_checks import CONFLICT_INTERVAL
from oauth_connector.connector.observation import AnyConnector, Observation
from oauth_connector.connector.status.report import next_transition
from oauth_connector.connector.status.warnings import grant_warning_time


def requeue_time(obs: Observation) -> float | None:
    """Return when the checks will return another answer; a Secret that has changed since brings another event."""
    decision = decide(obs)
    token_at = decision.token.until if isinstance(decision.token, Postpone | KeepToken) else obs.now
    secret_at = _secret_time(decision.secret, obs.now)
    return earliest(token_at, secret_at, next_transition(obs.connector.status, obs.now), grant_warning_time(obs))


def is_same_spec(connector: AnyConnector, seen: AnyConnector) -> bool:
    """Return whether a reconciliation has seen the present spec of a connector.

    The watch reports nothing that a read has put into the cache before. So a reconciliation asks this itself.
    """
    return (connector.uid, connector.generation) == (seen.uid, seen.generation)


def earliest(*times: float | None) -> float | None:
    """Return the earliest of some times; `None` where there is none."""
    return min((at for at in times if at is not None), default=None)


def _secret_time(secret: SecretAnswer, now: float) -> float | None:
    if isinstance(secret, SecretContested):
        return secret.until
    return now + CONFLICT_INTERVAL if isinstance(secret, SecretConflict) else None
