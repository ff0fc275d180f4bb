"""What is left out by a change of namespaces."""

from typing import Any

import pytest

from oauth_connector.cli.drain import has_lost_namespaces


def a_deployment(namespaces: str) -> dict[str, Any]:
    """Return the metadata of a Deployment with the annotation of the chart."""
    return {"annotations": {"oauthconnector.dev/namespaces": namespaces}}


@pytest.mark.parametrize(
    ("metadata", "kept", "expected"),
    [
        (a_deployment("team-a,team-b"), {"team-a"}, True),
        (a_deployment("team-a"), {"team-b"}, True),
        (a_deployment("*"), {"team-a"}, True),
        ({}, {"team-a"}, True),
        (a_deployment("team-a"), {"team-b", "team-a"}, False),
        (a_deployment("team-b,team-a"), {"team-a", "team-b"}, False),
        (a_deployment("team-a"), {"*"}, False),
        (a_deployment("*"), {"*"}, False),
        ({}, {"*"}, False),
        (a_deployment("*"), set(), True),
        (a_deployment("team-a"), set(), True),
    ],
)
def test_a_namespace_that_is_not_kept_is_lost(metadata: dict[str, Any], kept: set[str], *, expected: bool) -> None:
    """`*` stands for all namespaces, and a Deployment without the annotation may have all. An uninstall keeps none."""
    assert has_lost_namespaces(metadata, frozenset(kept)) is expected
