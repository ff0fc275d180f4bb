"""The operator, installed by Helm from the chart of this checkout."""

import json
import os
import subprocess
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from devtools.cluster.pod_cluster import ClusterError, PodCluster
from devtools.go_programs.programs import program
from tests.support.pods import manifests

CHART = Path(__file__).parents[3] / "deploy/charts/oauth-connector-operator"
NAME, NAMESPACE = "oauth-connector", "oauth-connector-system"
OPERATOR, CONSENT = "operator", "consent"
SCRAPERS = "scrapers"
"""The namespace whose Pods may read the metrics of the operator."""
PATIENCE = "10m"
"""What Helm waits for Pods on a busy machine."""

Json = Mapping[str, Any]


def values(public_url: str) -> Json:
    """Return the values of the chart for the tests: two replicas of each component, and strict NetworkPolicies."""
    scrapers = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": SCRAPERS}}}
    return {
        "image": {"pullPolicy": "Never"},
        "settings": {"allowedDestinations": [{"host": manifests.HOST, "ports": [manifests.PORT]}]},
        "operator": {"replicas": 2},
        "consent": {"enabled": True, "publicURL": public_url, "replicas": 2},
        "networkPolicy": {"metricsFrom": [scrapers]},
    }


class Release:
    """A release of the chart in a namespace that accepts restricted Pods only."""

    def __init__(self, cluster: PodCluster, values: Json, folder: Path) -> None:
        self._cluster = cluster
        self._folder = folder
        self._values = folder / "values.json"
        self._values.write_text(json.dumps(values))
        namespace = manifests.namespace(NAMESPACE)
        cluster.kubectl("apply", "--server-side", "--filename=-", stdin=manifests.document([namespace]))

    def install(self) -> None:
        """Install the chart, and wait until all Pods are ready."""
        self._helm("install", NAME, str(CHART), f"--values={self._values}", "--wait", f"--timeout={PATIENCE}")

    def uninstall(self) -> None:
        """Uninstall the release, as the documentation describes."""
        self._helm("uninstall", NAME, "--wait", f"--timeout={PATIENCE}")

    def kubectl(self, *arguments: str) -> str:
        """Run kubectl in the namespace of the release."""
        return self._cluster.kubectl(f"--namespace={NAMESPACE}", *arguments)

    def pods(self, component: str) -> list[Json]:
        """Return the Pods of a component that are not being deleted."""
        selector = f"--selector=app.kubernetes.io/instance={NAME},app.kubernetes.io/component={component}"
        pods = json.loads(self.kubectl("get", "pods", selector, "--output=json"))["items"]
        return [pod for pod in pods if "deletionTimestamp" not in pod["metadata"]]

    def lease(self) -> tuple[str, datetime]:
        """Return the holder of the Lease, empty if there is none, and since when it holds the Lease."""
        spec = json.loads(self.kubectl("get", "lease", NAME, "--output=json"))["spec"]
        return str(spec.get("holderIdentity") or ""), datetime.fromisoformat(spec["acquireTime"])

    def leader(self) -> str:
        """Return the name of the Pod that holds the Lease; empty if none does."""
        holder, _ = self.lease()
        names = [pod["metadata"]["name"] for pod in self.pods(OPERATOR)]
        return next((name for name in names if holder.startswith(f"{NAMESPACE}/{name}_")), "")

    def kill_container(self, pod: str) -> None:
        """Kill the process of a Pod's container on its node, as the kernel does when memory is exhausted."""
        status = json.loads(self.kubectl("get", "pod", pod, "--output=json"))["status"]
        container = status["containerStatuses"][0]["containerID"].rpartition("/")[2]
        self._cluster.run_on_node("ctr", "--namespace=k8s.io", "tasks", "kill", "--signal=SIGKILL", container)

    def _helm(self, *arguments: str) -> None:
        homes = {f"HELM_{kind}_HOME": str(self._folder / kind) for kind in ("CACHE", "CONFIG", "DATA")}
        environment = {"PATH": os.environ["PATH"], "HOME": str(self._folder), **homes}
        own = (f"--namespace={NAMESPACE}", f"--kubeconfig={self._cluster.kubeconfig}")
        command = [str(program("helm")), *arguments, *own]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603  # Helm, with arguments of the tests
        if done.returncode:
            raise ClusterError(f"helm {arguments[0]}: {done.stderr.strip()}")
