"""Two operators: a rollout and the loss of the leader cost no refresh and no second request."""

import time
from collections.abc import Callable, Iterator

import pytest

from devtools.cluster.pod_cluster import PodCluster
from tests.support.pods.connectors import connector, rotating
from tests.support.pods.events import NAMESPACE, apply, wait_until
from tests.support.pods.release import NAME, Release
from tests.support.pods.report import Report
from tests.support.pods.requests import ProviderLog

LIFETIME = 90
QUICK = [f"quick-{number}" for number in range(10)]
SLOW = [f"slow-{number}" for number in range(10)]
ROTATING = [f"rotating-{number}" for number in range(5)]
SECONDS_OF_RESPONSE = 2


def have_tokens(cluster: PodCluster, clients: list[str], since: float, number: int) -> bool:
    """Return whether each client has obtained a number of tokens since a moment."""
    found = ProviderLog(cluster, since).times("token", clients)
    return all(len(found.get(client, ())) >= number for client in clients)


@pytest.fixture(scope="module")
def load(cluster: PodCluster, release: Release) -> Iterator[list[str]]:
    """Create connectors that refresh several times a minute; some of their responses take two seconds."""
    assert release.leader()
    objects = [connector(name, LIFETIME) for name in QUICK]
    objects += [connector(name, LIFETIME, SECONDS_OF_RESPONSE) for name in SLOW]
    for name in ROTATING:
        objects += rotating(name, LIFETIME, SECONDS_OF_RESPONSE)
    apply(cluster, objects)
    names = [*QUICK, *SLOW, *ROTATING]
    wait_until(lambda: have_tokens(cluster, names, 0, 1), "each connector has a token")
    yield names
    cluster.kubectl("delete", "oauthconnectors", f"--namespace={NAMESPACE}", *names)


def test_rollout_under_load_loses_nothing(
    cluster: PodCluster, release: Release, load: list[str], report: Report
) -> None:
    """While all Pods are replaced, no token expires, none is requested twice, and no refresh token is used twice."""
    began = time.time()
    release.kubectl("rollout", "restart", f"deployment/{NAME}")
    release.kubectl("rollout", "status", f"deployment/{NAME}", "--timeout=10m")
    ended = time.time()
    wait_until(lambda: have_tokens(cluster, load, ended, 2), "each connector refreshes after the rollout")
    log = ProviderLog(cluster, began - LIFETIME)
    assert log.double_requests(load) == []
    assert log.missed_refreshes(load, LIFETIME) == []
    assert log.refused(load) == []
    requests = sum(map(len, log.times("request", load).values()))
    report.add("rollout under load", f"{ended - began:.0f} s, {requests} token requests, none double, none missed")


def delete_at_once(release: Release, pod: str) -> None:
    """Delete a Pod as a user does whose node does not respond."""
    release.kubectl("delete", "pod", pod, "--force", "--grace-period=0")


def kill_container(release: Release, pod: str) -> None:
    """Kill the process of a Pod."""
    release.kill_container(pod)


@pytest.mark.parametrize("lose", [delete_at_once, kill_container], ids=["deleted", "killed"])
def test_other_operator_leads_when_the_leader_is_lost(
    lose: Callable[[Release, str], None], cluster: PodCluster, release: Release, load: list[str], report: Report
) -> None:
    """The other operator takes the Lease and refreshes all tokens in time, without a request too many."""
    assert set(QUICK) < set(load)
    wait_until(release.leader, "an operator leads")
    before, _ = release.lease()
    lost = time.time()
    lose(release, release.leader())
    wait_until(lambda: release.lease()[0] not in {"", before}, "another operator leads", within=120)
    _, since = release.lease()
    wait_until(lambda: have_tokens(cluster, QUICK, since.timestamp(), 1), "each connector refreshes after it")
    report.add(f"leader {lose.__name__}", f"another operator leads after {since.timestamp() - lost:.1f} s")
    log = ProviderLog(cluster, lost - LIFETIME)
    assert log.double_requests(QUICK) == []
    assert log.missed_refreshes(QUICK, LIFETIME) == []
    release.kubectl("rollout", "status", f"deployment/{NAME}", "--timeout=10m")
