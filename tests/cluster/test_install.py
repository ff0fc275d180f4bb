"""The operator and the consent server run as Pods, installed by the chart."""

import json
from datetime import datetime

import pytest

from devtools.cluster.pod_cluster import ClusterError, PodCluster
from tests.support.pods import manifests
from tests.support.pods.release import CONSENT, NAMESPACE, OPERATOR, Json, Release
from tests.support.pods.report import Report

MEGABYTE = 1_000_000
MEBIBYTE = 1024 * 1024


def condition(pod: Json, kind: str) -> datetime:
    """Return when a condition of a Pod became true."""
    found = next(one for one in pod["status"]["conditions"] if one["type"] == kind and one["status"] == "True")
    return datetime.fromisoformat(found["lastTransitionTime"])


def memory(cluster: PodCluster, pod: Json) -> Json:
    """Return what the kubelet measures of the memory of a Pod's container."""
    summary = json.loads(
        cluster.kubectl("get", "--raw", f"/api/v1/nodes/{pod['spec']['nodeName']}/proxy/stats/summary")
    )
    found = next(one for one in summary["pods"] if one["podRef"]["uid"] == pod["metadata"]["uid"])
    measured: Json = found["containers"][0]["memory"]
    return measured


@pytest.mark.parametrize("component", [OPERATOR, CONSENT])
def test_installed_pods_are_ready(component: str, release: Release, report: Report) -> None:
    """Two Pods of each component became ready in a namespace that accepts restricted Pods only."""
    pods = release.pods(component)
    assert len(pods) == 2
    for pod in pods:
        (status,) = pod["status"]["containerStatuses"]
        assert (status["ready"], status["restartCount"]) == (True, 0)
    started = [
        datetime.fromisoformat(pod["status"]["containerStatuses"][0]["state"]["running"]["startedAt"]) for pod in pods
    ]
    seconds = [(condition(pod, "Ready") - start).total_seconds() for pod, start in zip(pods, started, strict=True)]
    report.add(f"{component}: container started to Ready", f"{max(seconds):.0f} s (whole seconds)")


def test_namespace_of_the_release_refuses_a_privileged_pod(cluster: PodCluster, release: Release) -> None:
    """Pod Security `restricted` is enforced, so the Pods of the chart comply with it."""
    assert release.pods(OPERATOR)
    pod = manifests.reader("privileged", {}, securityContext={"privileged": True})
    pod["metadata"]["namespace"] = NAMESPACE
    with pytest.raises(ClusterError, match="violates PodSecurity"):
        cluster.kubectl("create", "--filename=-", stdin=manifests.document([pod]))


@pytest.mark.parametrize("component", [OPERATOR, CONSENT])
def test_requested_memory_covers_what_is_used(
    component: str, cluster: PodCluster, release: Release, report: Report
) -> None:
    """The chart requests as much memory as the processes use, so that no Pod is evicted before others."""
    for pod in release.pods(component):
        requested = int(pod["spec"]["containers"][0]["resources"]["requests"]["memory"].removesuffix("Mi"))
        used = memory(cluster, pod)
        report.add(
            f"{component}: memory",
            f"{used['workingSetBytes'] / MEGABYTE:.0f} MB working set, {used['rssBytes'] / MEGABYTE:.0f} MB RSS",
        )
        assert used["workingSetBytes"] < requested * MEBIBYTE
