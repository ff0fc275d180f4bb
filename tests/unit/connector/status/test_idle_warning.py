"""The warning that a suspended connector lets its refresh token expire."""

from dataclasses import replace
from typing import Any

import pytest

from oauth_connector.api.names import REFRESH_LATE
from oauth_connector.api.reasons import Reason
from oauth_connector.api.v1alpha1.conditions import find_condition
from oauth_connector.connector.observation import Observation
from oauth_connector.connector.secret.metadata import GrantSummary
from oauth_connector.connector.status.findings import Findings, find_published_token
from oauth_connector.connector.status.forecast import forecast
from oauth_connector.connector.status.problem import Problem
from oauth_connector.connector.status.report import report
from oauth_connector.connector.status.warnings import grant_warning_time, idle_warning
from oauth_connector.oauth.errors import Remedy
from tests.support.builders import NOW, a_connector, a_spec, a_token, an_observation, an_output

DAY = 86400
ENTRA = {"preset": "MicrosoftEntra", "parameters": {"tenant": "common"}}
BY_USER = {"grantType": "AuthorizationCode", "provider": ENTRA, "suspend": True}
GRANT = GrantSummary(renewable=True, digest="x")


def observed(days: float, grant: GrantSummary = GRANT, **changes: Any) -> Observation:
    """Return the observation of a suspended connector whose last refresh was so many days ago."""
    of = a_connector(a_spec(**{**BY_USER, **changes}), {"observedGeneration": 1})
    issued = NOW - int(days * DAY)
    token = a_token(of, lifetime=3600, issued=issued)
    output = an_output(of, token)
    return an_observation(of, output=output, state=replace(output, grant=grant))


@pytest.mark.parametrize(
    ("sentence", "obs", "warns"),
    [
        ("a week is left", observed(83.1), True),
        ("more than a week is left", observed(82.9), False),
        ("the time has passed", observed(120), True),
        ("a connector that is not suspended is refreshed", observed(83.1, suspend=False), False),
        ("nothing is known of the provider", observed(83.1, provider={"issuer": "https://login.example.com"}), False),
        ("there is no refresh token", observed(83.1, GrantSummary(digest="x")), False),
        ("credentials begin another session", observed(83.1, grantType="ClientCredentials"), False),
    ],
)
def test_the_warning_is_for_a_suspended_connector_whose_refresh_token_idles(
    sentence: str,
    obs: Observation,
    warns: bool,  # noqa: FBT001  # a column of the table
) -> None:
    """Microsoft Entra keeps an unused refresh token for 90 days; the warning has the days of the preset."""
    warning = idle_warning(obs)
    assert (warning is not None) == warns, sentence
    assert warning is None or (warning.reason, dict(warning.facts)) == (Reason.REFRESH_TOKEN_IDLE, {"days": "90"})


def test_the_connector_is_looked_at_again_when_the_warning_is_due() -> None:
    """A suspended connector makes no request, and is reconciled a week before the end of the idle time."""
    assert grant_warning_time(observed(0)) == NOW + 83 * DAY


def test_the_condition_is_shown_although_the_connector_is_suspended() -> None:
    """Status says for how many days the provider keeps the token, and which field to set."""
    obs = observed(84)
    suspended = Problem(Reason.SUSPENDED, Remedy.FIX_SPEC)
    found = Findings(NOW, find_published_token(obs.output), suspended, late=idle_warning(obs))
    late = find_condition(report(obs.connector, found).conditions, REFRESH_LATE)
    assert late is not None
    assert late.reason is Reason.REFRESH_TOKEN_IDLE
    assert "login.microsoftonline.com keeps a refresh token for 90 days" in late.message
    assert "`suspend` to `false`" in late.message


def test_explain_says_that_the_refresh_token_is_not_used() -> None:
    """The forecast of a suspended connector ends with it, while the time is about to end."""
    assert "90 days" in forecast(observed(84))[-1].why
    assert all("90 days" not in event.why for event in forecast(observed(1)))
