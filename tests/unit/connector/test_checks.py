"""The specification of a pass, case by case: which token, and does the Secret show it."""

from collections.abc import Callable
from typing import Any

import pytest

from oauth_connector.api.reasons import Reason
from oauth_connector.connector.checks.decide import decide
from oauth_connector.connector.checks.decisions import (
    Decision,
    DoNothing,
    KeepToken,
    Postpone,
    PublishToken,
    RenderSecret,
    RequestCause,
    RequestToken,
    SecretConflict,
    SecretCurrent,
    SecretDrifted,
    SecretMissing,
)
from oauth_connector.connector.observation import (
    ConnectorMemory,
    CredentialVersion,
    KnownConflict,
    Observation,
    PendingToken,
)
from oauth_connector.connector.status.problem import Problem
from oauth_connector.oauth.errors import Remedy
from tests.support.builders import (
    NOW,
    a_connector,
    a_password_spec,
    a_spec,
    a_token,
    an_observation,
    an_output,
)


def resting(age: int = 60, **changes: Any) -> Observation:
    """Give a connector whose Secret shows a token of an hour, asked for some seconds ago."""
    connector = a_connector(status={"observedGeneration": 1, "secretRef": {"name": "crm-token"}})
    output = an_output(connector, a_token(connector, issued=NOW - age))
    return an_observation(connector, **{"output": output, **changes})


def failing(
    reason: str, next_try: int | None, *, spec: dict[str, Any] | None = None, age: int = 30, **error: object
) -> Observation:
    """Give a connector without a token whose last call failed some seconds ago."""
    digest = a_connector(spec).spec.token_digest
    last = {"reason": reason, "remedy": "Retry", "requestDigest": digest, **error}
    status = {
        "observedGeneration": 1,
        "failedAttempts": 1,
        "lastFailureTime": at(NOW - age),
        "lastError": last,
        "observedCredentials": [{"name": "robot", "uid": "u", "resourceVersion": "1"}],
    }
    if next_try is not None:
        status["nextRefreshTime"] = at(next_try)
    return an_observation(a_connector(spec, status))


def at(seconds: int) -> str:
    """Write a time as status does."""
    from oauth_connector.api.schema.times import format_epoch  # noqa: PLC0415  # one use

    return format_epoch(seconds)


KNOWN = (CredentialVersion("robot", "u", "1"),)
CHANGED = (CredentialVersion("robot", "u", "2"),)
TIRED = ConnectorMemory(repairs=(NOW - 300.0, NOW - 200.0, NOW - 100.0))

TOKEN_CASES: dict[str, tuple[Callable[[], Observation], object]] = {
    "a connector seen for the first time asks for its first token": (
        an_observation,
        RequestToken(RequestCause.FIRST_TOKEN),
    ),
    "a connector that is going is left alone": (
        lambda: an_observation(a_connector(deleting=True)),
        DoNothing(),
    ),
    "a suspended connector holds without an end": (
        lambda: an_observation(a_connector(a_spec(suspend=True))),
        Postpone(Problem(Reason.SUSPENDED, Remedy.FIX_SPEC), None),
    ),
    "a token of a minute is kept until two thirds of its life": (resting, KeepToken),
    "a token past two thirds of its life is replaced": (
        lambda: resting(age=2500),
        RequestToken(RequestCause.REFRESH_DUE),
    ),
    "an expired token is replaced": (lambda: resting(age=7200), RequestToken(RequestCause.REFRESH_DUE)),
    "a Secret that vanished is replaced": (lambda: resting(output=None), RequestToken(RequestCause.SECRET_DELETED)),
    "a Secret that somebody edited is replaced": (
        lambda: resting(output=an_output(a_connector(), a_token(a_connector(), issued=NOW - 60), intact=False)),
        RequestToken(RequestCause.SECRET_DRIFTED),
    ),
    "a request that changed asks anew": (
        lambda: resting(token_digest="v1:another"),
        RequestToken(RequestCause.SPEC_CHANGED),
    ),
    "a rationed healing waits": (lambda: resting(output=None, memory=TIRED), Postpone),
    "ten seconds pass between two calls": (
        lambda: resting(output=None, memory=ConnectorMemory(last_call=NOW - 3.0)),
        Postpone(None, NOW + 7.0),
    ),
    "a clock set back does not block a call for ever": (
        lambda: resting(output=None, memory=ConnectorMemory(last_call=NOW + 9000.0)),
        RequestToken(RequestCause.SECRET_DELETED),
    ),
    "a failure waits for its next try": (lambda: failing("ProviderError", NOW + 40), Postpone(None, NOW + 40)),
    "a failure whose time has come is tried again": (
        lambda: failing("ProviderError", NOW - 1),
        RequestToken(RequestCause.FIRST_TOKEN),
    ),
    "a next try hours away was put there by somebody else": (
        lambda: failing("ProviderError", NOW + 90_000),
        RequestToken(RequestCause.FIRST_TOKEN),
    ),
    "a refused client is looked at within a minute": (
        lambda: _with(failing("CredentialsRejected", NOW + 270), credentials=KNOWN),
        Postpone(None, NOW + 60),
    ),
    "a refused client is probed when its time has come": (
        lambda: _with(failing("CredentialsRejected", NOW), credentials=KNOWN),
        RequestToken(RequestCause.FIRST_TOKEN),
    ),
    "a corrected Secret is tried at once": (
        lambda: _with(failing("CredentialsRejected", NOW + 270), credentials=CHANGED),
        RequestToken(RequestCause.CREDENTIALS_CHANGED),
    ),
    "a refused password is never probed": (
        lambda: _with(failing("CredentialsRejected", None, spec=a_password_spec(), age=90_000), credentials=KNOWN),
        Postpone(None, NOW + 60),
    ),
    "a missing Secret is looked for soon": (
        lambda: _with(failing("CredentialsNotFound", None, age=8), credentials=KNOWN),
        Postpone(None, NOW + 2.0),
    ),
    "a token that could not be written yet is published": (
        lambda: resting(output=None, memory=ConnectorMemory(pending=PendingToken(a_token(a_connector())))),
        PublishToken(PendingToken(a_token(a_connector()))),
    ),
    "a token that waits and has expired is not published": (
        lambda: resting(
            output=None, memory=ConnectorMemory(pending=PendingToken(a_token(a_connector(), issued=NOW - 7200)))
        ),
        RequestToken(RequestCause.SECRET_DELETED),
    ),
}


def _with(obs: Observation, **changes: Any) -> Observation:
    return an_observation(obs.connector, **changes)


@pytest.mark.parametrize("sentence", TOKEN_CASES)
def test_which_token(sentence: str) -> None:
    """Each situation has the one answer that its sentence says."""
    build, expected = TOKEN_CASES[sentence]
    answer = decide(build()).token
    assert isinstance(answer, expected) if isinstance(expected, type) else answer == expected


def test_a_requested_refresh_is_made_once() -> None:
    """A new value of the annotation asks anew, the same value does not."""
    obs = resting()
    asked = an_observation(a_connector(refresh_request="1", status={"observedGeneration": 1}), output=obs.output)
    done = an_observation(
        a_connector(refresh_request="1", status={"observedGeneration": 1, "lastHandledRefresh": "1"}),
        output=obs.output,
    )
    assert decide(asked).token == RequestToken(RequestCause.REFRESH_REQUESTED)
    assert isinstance(decide(done).token, KeepToken)


def secret_answer(obs: Observation) -> object:
    """Give the answer to the second question."""
    decision: Decision = decide(obs)
    return decision.secret


def test_a_secret_of_another_connector_is_a_conflict_and_stops_token_calls() -> None:
    """A Secret that another connector holds is not touched, and no token is asked for that nobody could read."""
    output = an_output(a_connector(), connector="other", connector_uid="another-uid")
    decision = decide(an_observation(output=output))
    assert isinstance(decision.secret, SecretConflict)
    assert decision.secret.problem.reason is Reason.SECRET_CONFLICT
    assert isinstance(decision.token, Postpone)


def test_a_conflict_known_from_a_live_read_holds_for_a_minute() -> None:
    """A foreign Secret without our label is looked at once a minute."""
    problem = Problem(Reason.SECRET_CONFLICT, Remedy.FIX_SPEC)
    fresh = an_observation(memory=ConnectorMemory(conflict=KnownConflict(problem, NOW - 10.0)))
    old = an_observation(memory=ConnectorMemory(conflict=KnownConflict(problem, NOW - 61.0)))
    assert decide(fresh).token == Postpone(problem, NOW + 50.0)
    assert decide(old).token == RequestToken(RequestCause.FIRST_TOKEN)


def test_a_namesakes_secret_is_taken_over_without_a_token_call() -> None:
    """A connector that was deleted and made again inherits the Secret and the token in it."""
    output = an_output(a_connector(), a_token(a_connector(), issued=NOW - 60), connector_uid="the-uid-before")
    decision = decide(an_observation(output=output))
    assert isinstance(decision.token, KeepToken)
    assert decision.secret == RenderSecret(output)


def test_a_changed_output_is_rendered_from_the_token_that_is_there() -> None:
    """Another `output` needs no other token."""
    decision = decide(resting(output_digest="v1:another"))
    assert isinstance(decision.token, KeepToken)
    assert isinstance(decision.secret, RenderSecret)


def test_a_changed_secret_name_moves_the_token() -> None:
    """Under a new `secretName` the token of the old Secret is rendered, and the old Secret is a stray."""
    before = a_connector()
    stray = an_output(before, a_token(before, issued=NOW - 60))
    renamed = a_connector(a_spec(output={"secretName": "elsewhere"}))
    decision = decide(an_observation(renamed, orphans=(stray,)))
    assert isinstance(decision.token, KeepToken)
    assert decision.secret == RenderSecret(stray)


def test_a_shown_token_rests_and_strays_are_named_for_removal() -> None:
    """Where all is as it should be only Secrets of earlier names are left to do."""
    stray = an_output(a_connector(), name="earlier")
    assert secret_answer(resting()) == SecretCurrent()
    assert secret_answer(resting(orphans=(stray,))) == SecretCurrent((stray,))


def test_a_missing_and_a_drifted_secret_are_told_apart() -> None:
    """Nothing there is `SecretMissing`, something changed there is `SecretDrifted`."""
    assert secret_answer(resting(output=None)) == SecretMissing()
    assert secret_answer(resting(output=an_output(a_connector(), intact=False))) == SecretDrifted()


def test_a_token_from_the_future_is_replaced() -> None:
    """A token that was issued later than now shows that the clock was set back: when it dies is not known any more."""
    assert decide(resting(age=-11)).token == RequestToken(RequestCause.REFRESH_DUE)


def test_a_token_that_would_die_before_its_refresh_is_replaced_when_the_clock_was_set_back() -> None:
    """Of an hour, a third is left at the refresh: ten minutes more do no harm, 25 would be too late."""
    ten, twenty_five = (resting(age=1600, memory=ConnectorMemory(set_back=by)) for by in (600, 1500))
    assert isinstance(decide(ten).token, KeepToken)
    assert decide(twenty_five).token == RequestToken(RequestCause.REFRESH_DUE)
