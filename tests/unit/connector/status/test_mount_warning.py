"""The warning that a mounted file can contain an expired token."""

from typing import Any

import pytest

from oauth_connector.api.names import REFRESH_LATE
from oauth_connector.api.v1alpha1.conditions import find_condition
from oauth_connector.connector.observation import Observation
from oauth_connector.connector.status.findings import Findings, find_published_token
from oauth_connector.connector.status.report import report
from oauth_connector.connector.status.warnings import mount_warning
from tests.support.builders import NOW, a_connector, a_spec, a_token, an_observation, an_output

GITHUB = {"preset": "GitHub"}


def observed(lifetime: int, refresh: dict[str, Any] | None = None, **changes: Any) -> Observation:
    """Return the observation of a connector with a token of this lifetime, issued now."""
    of = a_connector(a_spec(refresh=refresh, **changes), {"observedGeneration": 1})
    return an_observation(of, output=an_output(of, a_token(of, lifetime=lifetime)))


@pytest.mark.parametrize(
    ("sentence", "obs", "figures"),
    [
        ("a minute is too short for any margin", observed(60), {"lifetime": "60", "margin": "40"}),
        ("110 s are too short for any margin", observed(110), {"lifetime": "110", "margin": "73"}),
        ("two minutes need `before`", observed(120), {"lifetime": "120", "margin": "80", "before": "100s"}),
        ("149 s need `before`", observed(149), {"lifetime": "149", "margin": "99", "before": "100s"}),
        ("150 s need nothing", observed(150), None),
        ("an hour needs nothing", observed(3600), None),
        (
            "a short `before` is too short for any lifetime",
            observed(3600, {"before": "60s"}),
            {"lifetime": "3600", "margin": "60", "before": "100s"},
        ),
        ("a `before` of 100 s is enough for two minutes", observed(120, {"before": "100s"}), None),
        ("no margin helps where a refresh revokes the old token", observed(120, provider=GITHUB), None),
    ],
)
def test_the_warning_is_for_a_margin_of_less_than_a_hundred_seconds(
    sentence: str, obs: Observation, figures: dict[str, str] | None
) -> None:
    """The warning has the lifetime, the margin, and the `refresh.before` that ends it, where one does."""
    warning = mount_warning(obs)
    assert (dict(warning.facts) if warning is not None else None) == figures, sentence


@pytest.mark.parametrize(("lifetime", "cure"), [(120, "Set `refresh.before` to `100s`."), (60, "a longer lifetime")])
def test_the_condition_names_the_field_and_the_figures(lifetime: int, cure: str) -> None:
    """Status states lifetime and margin, and names `refresh.before`; tests/contract/gitops has the health."""
    obs = observed(lifetime)
    status = report(obs.connector, Findings(NOW, find_published_token(obs.output), late=mount_warning(obs)))
    late = find_condition(status.conditions, REFRESH_LATE)
    assert late is not None
    assert f"(lifetime {lifetime} s)" in late.message
    assert f"{lifetime * 2 // 3} s before it expires" in late.message
    assert "`refresh.before`" in late.message
    assert cure in late.message
