"""The events that the programs of the test Pods write to their logs, one line of JSON each."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from devtools.cluster.pod_cluster import PodCluster
from tests.support import polling

NAMESPACE = "trial"
WITHIN = 300.0
"""Seconds that something may take in a cluster on a busy machine."""

Event = Mapping[str, Any]


def events(cluster: PodCluster, workload: str) -> list[Event]:
    """Return the events of a workload, such as `pod/reader` or `deployment/provider`, in order."""
    log = cluster.kubectl("logs", f"--namespace={NAMESPACE}", workload, "--tail=-1")
    return [json.loads(line) for line in log.splitlines() if line.startswith("{")]


def wait_until(is_so: Callable[[], object], what: str, within: float = WITHIN) -> None:
    """Wait for a condition of the cluster. Fails with a sentence after the deadline."""
    polling.wait_until(is_so, what, within, pause=1)


def apply(cluster: PodCluster, objects: Iterable[Mapping[str, Any]]) -> None:
    """Apply objects."""
    document = json.dumps({"apiVersion": "v1", "kind": "List", "items": list(objects)})
    cluster.kubectl("apply", "--server-side", "--filename=-", stdin=document)


def is_present(cluster: PodCluster, kind: str, name: str) -> bool:
    """Return whether an object exists in the namespace of the test Pods."""
    return bool(cluster.kubectl("get", kind, name, f"--namespace={NAMESPACE}", "--ignore-not-found", "--output=name"))
