"""The forecast of a connector: its own decision, now and at the time of the next one."""

from dataclasses import replace
from typing import Any

import pytest

from oauth_connector.api.reasons import Reason
from oauth_connector.connector.checks.decide import decide
from oauth_connector.connector.checks.decisions import RequestCause, RequestToken
from oauth_connector.connector.observation import Attempt, Connector, CredentialVersion
from oauth_connector.connector.status.findings import Findings
from oauth_connector.connector.status.forecast import CAUSES, forecast
from oauth_connector.connector.status.problem import Problem, of_signal
from oauth_connector.connector.status.report import report
from oauth_connector.oauth.signals import RequestPhase, Signal, Symptom
from tests.support.builders import NOW, a_connector, a_spec, an_observation, an_output
from tests.support.situations import SITUATIONS

CONSENT = {
    "grantType": "AuthorizationCode",
    "provider": {"authorizationURL": "https://login.example.com/a", "tokenURL": "https://login.example.com/token"},
}


def with_failure(connector: Connector, signal: Signal, at: int = NOW, retry: int | None = NOW + 300) -> Connector:
    """Return a connector whose last request failed."""
    problem = of_signal(connector.spec, RequestPhase.TOKEN, signal)
    attempt = Attempt((CredentialVersion("robot", "u", "1"),), connector.spec.request_digest)
    return replace(connector, status=report(connector, Findings(at, problem=problem, attempt=attempt, next_call=retry)))


def test_every_cause_has_words() -> None:
    """A new cause of a request cannot be forgotten."""
    assert set(CAUSES) == set(RequestCause)


def test_a_new_connector_gets_a_token_now() -> None:
    """Nothing is wrong, and nothing else is known."""
    [event] = forecast(an_observation())
    assert (event.at, event.action, event.why) == (NOW, "request a token", "there is no token yet")
    assert event.problem is None


def test_a_valid_token_is_refreshed_at_its_time() -> None:
    """The second event is the first time at which the checks answer with a request."""
    connector = a_connector()
    obs = an_observation(connector, output=an_output(connector))
    kept, refresh = forecast(obs)
    assert kept.action == "keep the token"
    assert refresh.action == "request a token"
    assert refresh.at is not None
    assert isinstance(decide(replace(obs, now=refresh.at)).token, RequestToken)
    assert not isinstance(decide(replace(obs, now=refresh.at - 1)).token, RequestToken)


def test_another_scope_requests_another_token() -> None:
    """That is what an edit would cause."""
    output = an_output(a_connector())
    edited = a_connector(a_spec(scopes=["write"]))
    [event, *_] = forecast(an_observation(edited, NOW + 60, output=output))
    assert event.why == CAUSES[RequestCause.SPEC_CHANGED]


def test_another_name_of_the_secret_moves_the_token() -> None:
    """No token is requested, and the former Secret is deleted."""
    former = an_output(a_connector())
    edited = a_connector(a_spec(output={"secretName": "another"}), {"secretRef": {"name": "crm-token"}})
    actions = [event.action for event in forecast(an_observation(edited, orphans=(former,)))]
    assert actions[:3] == ["keep the token", "write the current token to Secret `another`", "delete Secret `crm-token`"]


def test_a_failure_has_the_sentence_of_the_condition_and_the_time_of_the_retry() -> None:
    """Both are those of status."""
    connector = with_failure(a_connector(), Signal(Symptom.CONNECTION_REFUSED))
    waiting, retry = forecast(an_observation(connector, NOW + 20))
    assert waiting.problem is not None
    assert waiting.problem.reason is Reason.PROVIDER_UNREACHABLE
    assert waiting.why.startswith("login.example.com refuses the connection.")
    assert (retry.at, retry.action) == (NOW + 300, "request a token")


def test_a_refused_password_waits_for_its_secret() -> None:
    """No time is known, because none is planned."""
    spec = a_spec(grantType="Password", password={"username": "ann", "passwordSecretRef": {"name": "robot"}})
    connector = with_failure(a_connector(spec), Signal(Symptom.OAUTH_ERROR, 400, "invalid_grant"), retry=None)
    waiting, later = forecast(an_observation(connector, NOW + 20))
    assert waiting.problem is not None
    assert later.at is None
    assert "every minute" in later.why


@pytest.mark.parametrize(
    ("changes", "reason", "why"),
    [
        ({"suspend": True}, Reason.SUSPENDED, "as soon as `spec.suspend` is false"),
        (CONSENT, Reason.CONSENT_REQUIRED, "as soon as a user has consented, or stored another refresh token"),
    ],
)
def test_what_a_user_must_do_is_named(changes: dict[str, Any], reason: Reason, why: str) -> None:
    """The operator acts afterwards."""
    obs = an_observation(a_connector(a_spec(**changes)), redirect_uri="http://127.0.0.1:8765/oauth/callback/shop/crm")
    waiting, later = forecast(obs)
    assert waiting.problem is not None
    assert waiting.problem.reason is reason
    assert (later.at, later.why) == (None, why)


def test_a_conflict_is_named_once() -> None:
    """It stops the token request, too."""
    connector = a_connector()
    other = an_output(connector, managed=False, connector="erp")
    problems = [event.problem for event in forecast(an_observation(connector, output=other)) if event.problem]
    assert [problem.reason for problem in problems] == [Reason.SECRET_CONFLICT]


@pytest.mark.parametrize("name", SITUATIONS)
def test_the_first_event_is_the_decision(name: str) -> None:
    """A forecast has a problem exactly where the decision has one, or status."""
    obs = an_observation(SITUATIONS[name].connector, NOW + 60)
    first = forecast(obs)[0]
    assert (first.action == "request a token") is isinstance(decide(obs).token, RequestToken)
    assert first.why
    assert isinstance(first.problem, Problem | None)
