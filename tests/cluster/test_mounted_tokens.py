"""Pods that read a mounted token call a protected API through its refreshes, with the kubelet's default times."""

import json
from collections.abc import Sequence

import pytest

from devtools.cluster.pod_cluster import PodCluster
from tests.support.pods.connectors import connector
from tests.support.pods.events import NAMESPACE, Event, apply, events, wait_until
from tests.support.pods.readers import MOUNTED, NEVER_UPDATED
from tests.support.pods.report import Report

SHORT, LONG = 2, 5
MINUTES = 60
pytestmark = pytest.mark.usefixtures("readers")


def of_kind(found: Sequence[Event], kind: str) -> list[Event]:
    """Return the events of a kind."""
    return [event for event in found if event["event"] == kind]


def check_reader(cluster: PodCluster, name: str, refreshes: int, report: Report) -> None:
    """Wait until a Pod has read several tokens; none of its calls was refused. Report how long the kubelet took."""
    wait_until(
        lambda: len(of_kind(events(cluster, f"pod/{name}"), "new")) > refreshes,
        f"{name} reads {refreshes} refreshed tokens",
        within=45 * MINUTES,
    )
    found = events(cluster, f"pod/{name}")
    assert of_kind(found, "refused") == []
    assert of_kind(found, "unreadable") == []
    delays = sorted(event["age"] for event in of_kind(found, "new")[1:])
    middle = delays[len(delays) // 2]
    figures = (
        f"{len(delays)} refreshes, seen after {delays[0]:.0f} / {middle:.0f} / {delays[-1]:.0f} s (least, median, most)"
    )
    report.add(f"mounted token, {name}", f"{figures}, {found[-1]['calls']} calls, none refused")


@pytest.mark.parametrize("name", [name for name, lifetime in MOUNTED.items() if lifetime < 200])
def test_mounted_token_is_valid_through_two_refreshes(name: str, cluster: PodCluster, report: Report) -> None:
    """A Pod that reads the file for each call is never refused, also with tokens of two and three minutes."""
    check_reader(cluster, name, SHORT, report)


@pytest.mark.parametrize("name", NEVER_UPDATED)
def test_token_of_a_sub_path_or_a_variable_is_never_updated(name: str, cluster: PodCluster) -> None:
    """A `subPath` mount and an environment variable keep the first token, so calls are refused when it has expired."""
    wait_until(lambda: of_kind(events(cluster, f"pod/{name}"), "refused"), f"{name} is refused", within=20 * MINUTES)
    assert len(of_kind(events(cluster, f"pod/{name}"), "new")) == 1


def test_lifetime_that_is_too_short_for_a_file_is_reported(cluster: PodCluster) -> None:
    """The token is valid and ready; a condition states the figures, and the setting that helps."""
    apply(cluster, [connector("too-short", 120)])
    wait_until(lambda: "RefreshLate" in conditions(cluster, "too-short"), "the condition is true")
    found = conditions(cluster, "too-short")
    assert found["Ready"]["status"] == "True"
    assert "lifetime 120 s" in found["RefreshLate"]["message"]
    assert "`100s`" in found["RefreshLate"]["message"]
    assert "RefreshLate" not in conditions(cluster, "lifetime-180")


def conditions(cluster: PodCluster, name: str) -> dict[str, dict[str, str]]:
    """Return the conditions of a connector by their types."""
    text = cluster.kubectl("get", "oauthconnector", name, f"--namespace={NAMESPACE}", "--output=json")
    return {one["type"]: one for one in json.loads(text).get("status", {}).get("conditions", [])}


@pytest.mark.long
@pytest.mark.parametrize("name", MOUNTED)
def test_mounted_token_is_valid_through_many_refreshes(name: str, cluster: PodCluster, report: Report) -> None:
    """As above, for five refreshes of each lifetime."""
    check_reader(cluster, name, LONG, report)
