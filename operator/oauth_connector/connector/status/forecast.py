"""What the operator does about a connector now and next, and why: the answers of its checks, as sentences.

The answers are those of `decide`, also for later times, so that a forecast has no rules of its own.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from oauth_connector.api.reasons import Reason
from oauth_connector.api.schema.times import format_epoch, to_epoch
from oauth_connector.connector.checks.decide import decide
from oauth_connector.connector.checks.decisions import (
    DoNothing,
    KeepToken,
    Postpone,
    PublishToken,
    RenderSecret,
    RequestCause,
    RequestToken,
    RevokeGrant,
    SecretAnswer,
    SecretConflict,
    SecretContested,
    SecretCurrent,
    TokenAnswer,
)
from oauth_connector.connector.checks.facts import current_token, may_credentials_repair
from oauth_connector.connector.observation import Observation
from oauth_connector.connector.status.problem import Problem
from oauth_connector.connector.status.report import build_message, recorded_problem
from oauth_connector.connector.status.warnings import grant_warning, idle_warning
from oauth_connector.oauth.errors import Remedy


@dataclass(frozen=True, slots=True)
class ForecastEvent:
    """One act of the operator, and why; `at` is in seconds since the epoch, `None` for no known time.

    `problem` is what is wrong, where the act is a consequence of that.
    """

    at: float | None
    action: str
    why: str
    problem: Problem | None = None


CAUSES: Mapping[RequestCause, str] = {
    RequestCause.FIRST_TOKEN: "there is no token yet",
    RequestCause.SECRET_DELETED: "the output Secret does not exist any more",
    RequestCause.SECRET_DRIFTED: "another client changed the output Secret",
    RequestCause.SPEC_CHANGED: "the current token was requested with another spec",
    RequestCause.CREDENTIALS_CHANGED: "a credential Secret has changed since the last request",
    RequestCause.REFRESH_REQUESTED: "a user requested a refresh",
    RequestCause.REFRESH_DUE: "the time of the next request has come",
    RequestCause.CODE_RECEIVED: "a user has consented",
    RequestCause.CLAIM_IN_DOUBT: "the response to the last request was lost",
}
_REQUEST = "request a token"


def forecast(obs: Observation) -> tuple[ForecastEvent, ...]:
    """Return what happens now, then what happens next. The first event is about the token."""
    decision = decide(obs)
    first = _describe_token(decision.token, obs)
    events = [first, *(event for event in _describe_secret(decision.secret, obs) if not _is_same(event, first))]
    if isinstance(decision.token, Postpone | KeepToken):
        events += _list_next(decision.token, obs)
    warning = grant_warning(obs)
    if warning is not None and isinstance(decision.token, KeepToken):
        events.append(ForecastEvent(None, "ask for a consent", _explain(warning, obs)))
    idle = idle_warning(obs)
    if idle is not None:
        events.append(ForecastEvent(None, "use the refresh token after the suspension only", _explain(idle, obs)))
    return tuple(events)


def _is_same(event: ForecastEvent, first: ForecastEvent) -> bool:
    """Return whether an event has the problem of the first: a conflict stops the token request, too."""
    return event.problem is not None and event.problem == first.problem


def _describe_token(answer: TokenAnswer, obs: Observation) -> ForecastEvent:
    match answer:
        case RequestToken(cause):
            return ForecastEvent(obs.now, _REQUEST, CAUSES[cause])
        case Postpone(problem):
            found = problem or recorded_problem(obs.connector)
            why = _explain(found, obs) if found is not None else "the last request was a moment ago"
            return ForecastEvent(obs.now, "request no token", why, found)
        case KeepToken():
            return ForecastEvent(obs.now, "keep the token", _describe_validity(obs))
        case RevokeGrant():
            return ForecastEvent(obs.now, "revoke the grant at the provider", "a user requested it")
        case PublishToken():
            return ForecastEvent(obs.now, "write the token to the output Secret", "it was issued and not written yet")
        case DoNothing():
            return ForecastEvent(obs.now, "do nothing", "the connector is being deleted")


def _describe_validity(obs: Observation) -> str:
    token = current_token(obs)
    if token is None or token.expires_at is None:
        return "it is valid, and its lifetime is unknown"
    return f"it is valid until {format_epoch(token.expires_at)}"


def _describe_secret(answer: SecretAnswer, obs: Observation) -> Iterator[ForecastEvent]:
    match answer:
        case SecretConflict(problem) | SecretContested(problem):
            yield ForecastEvent(obs.now, "not write the output Secret", _explain(problem, obs), problem)
        case RenderSecret(source):
            action = f"write the current token to Secret `{obs.connector.output_name}`"
            why = "its content or its owner differs from the spec" if source is obs.output else "the token is elsewhere"
            yield ForecastEvent(obs.now, action, why)
            former = [each.name for each in obs.orphans]
            yield from (_delete(name) for name in former)
        case SecretCurrent(orphans):
            yield from (_delete(each.name) for each in orphans)


def _delete(name: str) -> ForecastEvent:
    return ForecastEvent(
        None, f"delete Secret `{name}`", "the spec names another output Secret, which contains the token"
    )


def _list_next(answer: Postpone | KeepToken, obs: Observation) -> list[ForecastEvent]:
    """Return the next request: at the first time at which the checks answer with one, or when something changes."""
    planned = to_epoch(obs.connector.status.next_refresh_time)
    for at in sorted({time for time in (answer.until, planned) if time is not None and time > obs.now}):
        later = decide(replace(obs, now=at)).token
        if isinstance(later, RequestToken):
            return [ForecastEvent(at, _REQUEST, CAUSES[later.cause])]
    problem = (answer.problem or recorded_problem(obs.connector)) if isinstance(answer, Postpone) else None
    if problem is None:
        return []
    return [ForecastEvent(None, _REQUEST, _describe_change(problem, obs))]


def _describe_change(problem: Problem, obs: Observation) -> str:
    """Return after which change a token is requested."""
    if problem.reason is Reason.SUSPENDED:
        return "as soon as `spec.suspend` is false"
    if problem.remedy is Remedy.CONSENT_AGAIN:
        return "as soon as a user has consented, or stored another refresh token"
    if may_credentials_repair(obs.connector.status):
        return "as soon as a credential Secret changes: the operator reads their versions every minute"
    return "as soon as the cause is removed"


def _explain(problem: Problem, obs: Observation) -> str:
    return build_message(obs.connector, problem, problem.reason).rstrip(".")
