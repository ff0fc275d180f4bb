"""The specification of a reconciliation, case by case: which token, and does the Secret contain it."""

from collections.abc import Callable
from typing import Any

import pytest

from oauth_connector.api.reasons import Reason
from oauth_connector.api.schema.times import format_epoch
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


def with_token(age: int = 60, **changes: Any) -> Observation:
    """Return a connector whose Secret contains a token of an hour, requested some seconds ago."""
    connector = a_connector(status={"observedGeneration": 1, "secretRef": {"name": "crm-token"}})
    output = an_output(connector, a_token(connector, issued=NOW - age))
    return an_observation(connector, **{"output": output, **changes})


def failing(
    reason: str, next_try: int | None, *, spec: dict[str, Any] | None = None, age: int = 30, **error: object
) -> Observation:
    """Return a connector without a token whose last request failed some seconds ago."""
    digest = a_connector(spec).spec.token_digest
    last = {"reason": reason, "remedy": "Retry", "requestDigest": digest, **error}
    status = {
        "observedGeneration": 1,
        "failedAttempts": 1,
        "lastFailureTime": format_epoch(NOW - age),
        "lastError": last,
        "observedCredentials": [{"name": "robot", "uid": "u", "resourceVersion": "1"}],
    }
    if next_try is not None:
        status["nextRefreshTime"] = format_epoch(next_try)
    return an_observation(a_connector(spec, status))


KNOWN = (CredentialVersion("robot", "u", "1"),)
CHANGED = (CredentialVersion("robot", "u", "2"),)
THREE_REPAIRS = ConnectorMemory(repairs=(NOW - 300.0, NOW - 200.0, NOW - 100.0))

TOKEN_CASES: dict[str, tuple[Callable[[], Observation], object]] = {
    "a new connector requests its first token": (
        an_observation,
        RequestToken(RequestCause.FIRST_TOKEN),
    ),
    "nothing is done for a connector that is being deleted": (
        lambda: an_observation(a_connector(deleting=True)),
        DoNothing(),
    ),
    "a suspended connector waits without an end": (
        lambda: an_observation(a_connector(a_spec(suspend=True))),
        Postpone(Problem(Reason.SUSPENDED, Remedy.FIX_SPEC), None),
    ),
    "a token of a minute is kept until two thirds of its lifetime": (with_token, KeepToken),
    "a token past two thirds of its lifetime is refreshed": (
        lambda: with_token(age=2500),
        RequestToken(RequestCause.REFRESH_DUE),
    ),
    "an expired token is refreshed": (lambda: with_token(age=7200), RequestToken(RequestCause.REFRESH_DUE)),
    "a deleted Secret is replaced": (lambda: with_token(output=None), RequestToken(RequestCause.SECRET_DELETED)),
    "a Secret that another client edited is replaced": (
        lambda: with_token(output=an_output(a_connector(), a_token(a_connector(), issued=NOW - 60), intact=False)),
        RequestToken(RequestCause.SECRET_DRIFTED),
    ),
    "a changed request causes another token request": (
        lambda: with_token(token_digest="v1:another"),
        RequestToken(RequestCause.SPEC_CHANGED),
    ),
    "a fourth repair within an hour waits": (lambda: with_token(output=None, memory=THREE_REPAIRS), Postpone),
    "two requests are ten seconds apart": (
        lambda: with_token(output=None, memory=ConnectorMemory(last_call=NOW - 3.0)),
        Postpone(None, NOW + 7.0),
    ),
    "a clock set back does not block a request for ever": (
        lambda: with_token(output=None, memory=ConnectorMemory(last_call=NOW + 9000.0)),
        RequestToken(RequestCause.SECRET_DELETED),
    ),
    "a failure waits for its next attempt": (lambda: failing("ProviderError", NOW + 40), Postpone(None, NOW + 40)),
    "a failure whose time has come is retried": (
        lambda: failing("ProviderError", NOW - 1),
        RequestToken(RequestCause.FIRST_TOKEN),
    ),
    "a next attempt hours away was written by another client": (
        lambda: failing("ProviderError", NOW + 90_000),
        RequestToken(RequestCause.FIRST_TOKEN),
    ),
    "the Secret of a rejected client is read within a minute": (
        lambda: _with(failing("CredentialsRejected", NOW + 270), credentials=KNOWN),
        Postpone(None, NOW + 60),
    ),
    "a rejected client is probed when its time has come": (
        lambda: _with(failing("CredentialsRejected", NOW), credentials=KNOWN),
        RequestToken(RequestCause.FIRST_TOKEN),
    ),
    "a corrected Secret is sent at once": (
        lambda: _with(failing("CredentialsRejected", NOW + 270), credentials=CHANGED),
        RequestToken(RequestCause.CREDENTIALS_CHANGED),
    ),
    "a rejected password is never probed": (
        lambda: _with(failing("CredentialsRejected", None, spec=a_password_spec(), age=90_000), credentials=KNOWN),
        Postpone(None, NOW + 60),
    ),
    "a missing Secret is read again soon": (
        lambda: _with(failing("CredentialsNotFound", None, age=8), credentials=KNOWN),
        Postpone(None, NOW + 2.0),
    ),
    "a token that could not be written yet is published": (
        lambda: with_token(output=None, memory=ConnectorMemory(pending=PendingToken(a_token(a_connector())))),
        PublishToken(PendingToken(a_token(a_connector()))),
    ),
    "a pending token that has expired is not published": (
        lambda: with_token(
            output=None, memory=ConnectorMemory(pending=PendingToken(a_token(a_connector(), issued=NOW - 7200)))
        ),
        RequestToken(RequestCause.SECRET_DELETED),
    ),
}


def _with(obs: Observation, **changes: Any) -> Observation:
    return an_observation(obs.connector, **changes)


@pytest.mark.parametrize("sentence", TOKEN_CASES)
def test_each_observation_has_one_token_answer(sentence: str) -> None:
    """Each observation has the one answer that its sentence describes."""
    build, expected = TOKEN_CASES[sentence]
    answer = decide(build()).token
    assert isinstance(answer, expected) if isinstance(expected, type) else answer == expected


def test_a_requested_refresh_is_sent_once() -> None:
    """A new value of the annotation causes a request, the same value does not."""
    obs = with_token()
    asked = an_observation(a_connector(refresh_request="1", status={"observedGeneration": 1}), output=obs.output)
    done = an_observation(
        a_connector(refresh_request="1", status={"observedGeneration": 1, "lastHandledRefresh": "1"}),
        output=obs.output,
    )
    assert decide(asked).token == RequestToken(RequestCause.REFRESH_REQUESTED)
    assert isinstance(decide(done).token, KeepToken)


def secret_answer(obs: Observation) -> object:
    """Return the answer to the second question."""
    decision: Decision = decide(obs)
    return decision.secret


def test_a_secret_of_another_connector_is_a_conflict_and_stops_token_requests() -> None:
    """A Secret of another connector is not changed, and no token is requested that no pod could read."""
    output = an_output(a_connector(), connector="other", connector_uid="another-uid")
    decision = decide(an_observation(output=output))
    assert isinstance(decision.secret, SecretConflict)
    assert decision.secret.problem.reason is Reason.SECRET_CONFLICT
    assert isinstance(decision.token, Postpone)


def test_a_conflict_known_from_a_live_read_is_valid_for_a_minute() -> None:
    """A Secret of another owner, without the operator's label, is read once a minute."""
    problem = Problem(Reason.SECRET_CONFLICT, Remedy.FIX_SPEC)
    fresh = an_observation(memory=ConnectorMemory(conflict=KnownConflict(problem, NOW - 10.0)))
    old = an_observation(memory=ConnectorMemory(conflict=KnownConflict(problem, NOW - 61.0)))
    assert decide(fresh).token == Postpone(problem, NOW + 50.0)
    assert decide(old).token == RequestToken(RequestCause.FIRST_TOKEN)


def test_the_secret_of_a_deleted_namesake_is_inherited_without_a_token_request() -> None:
    """A connector that was deleted and created again inherits the Secret and the token in it."""
    output = an_output(a_connector(), a_token(a_connector(), issued=NOW - 60), connector_uid="the-uid-before")
    decision = decide(an_observation(output=output))
    assert isinstance(decision.token, KeepToken)
    assert decision.secret == RenderSecret(output)


def test_a_changed_output_is_rendered_from_the_current_token() -> None:
    """Another `output` needs no other token."""
    decision = decide(with_token(output_digest="v1:another"))
    assert isinstance(decision.token, KeepToken)
    assert isinstance(decision.secret, RenderSecret)


def test_a_changed_secret_name_moves_the_token() -> None:
    """Under a new `secretName` the token of the old Secret is rendered, and the old Secret is orphaned."""
    before = a_connector()
    orphan = an_output(before, a_token(before, issued=NOW - 60))
    status = {"observedGeneration": 1, "secretRef": {"name": "crm-token"}}
    renamed = a_connector(a_spec(output={"secretName": "elsewhere"}), status)
    decision = decide(an_observation(renamed, orphans=(orphan,)))
    assert isinstance(decision.token, KeepToken)
    assert decision.secret == RenderSecret(orphan)


def test_a_published_token_is_kept_and_orphaned_secrets_are_deleted() -> None:
    """Where nothing else is to do, Secrets of earlier names are deleted."""
    orphan = an_output(a_connector(), name="earlier")
    assert secret_answer(with_token()) == SecretCurrent()
    assert secret_answer(with_token(orphans=(orphan,))) == SecretCurrent((orphan,))


def test_a_missing_and_a_drifted_secret_are_distinguished() -> None:
    """No Secret is `SecretMissing`, a changed one is `SecretDrifted`."""
    assert secret_answer(with_token(output=None)) == SecretMissing()
    assert secret_answer(with_token(output=an_output(a_connector(), intact=False))) == SecretDrifted()


def test_a_token_from_the_future_is_replaced() -> None:
    """A token that was issued later than now shows that the clock was set back: its expiry is unknown."""
    assert decide(with_token(age=-11)).token == RequestToken(RequestCause.REFRESH_DUE)


def test_a_token_that_would_expire_before_its_refresh_is_replaced_when_the_clock_was_set_back() -> None:
    """A third of the hour is left at the refresh: ten minutes more are no problem, 25 would be too late."""
    ten, twenty_five = (with_token(age=1600, memory=ConnectorMemory(set_back=by)) for by in (600, 1500))
    assert isinstance(decide(ten).token, KeepToken)
    assert decide(twenty_five).token == RequestToken(RequestCause.REFRESH_DUE)
