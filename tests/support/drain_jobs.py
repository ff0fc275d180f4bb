"""The Jobs of the chart's hooks. Nothing runs Pods here, so the part of the kubelet is played."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from devtools.cluster.control_plane import ControlPlane
from tests.support.polling import wait_until

ROOT = Path(__file__).parents[2]
UNINSTALL, SCOPE = "oauth-connector-drain", "oauth-connector-drain-scope"
"""The Job before an uninstall, and the one before a change of namespaces. Both use the ServiceAccount of that name."""


@contextmanager
def running_job(plane: ControlPlane, namespace: str, name: str) -> Iterator[None]:
    """Run a Job that Helm creates during the block. Raises at the end if there was none, or if it failed.

    One of an earlier hook that failed is deleted first, as Helm does too: it is not the one to run.
    """
    plane.kubectl("delete", "job", name, "-n", namespace, "--ignore-not-found")
    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(run_job, plane, namespace, name)
        yield
        done.result()


def run_job(plane: ControlPlane, namespace: str, name: str) -> str:
    """Wait for a Job, run its command with its permissions, report that it is complete, and return what it printed."""
    job = ("get", "job", name, "-n", namespace, "--ignore-not-found")
    wait_until(lambda: plane.kubectl(*job), f"the Job {name} exists", within=60, pause=0.1)
    path = "jsonpath={.spec.template.spec.containers[0].args}"
    arguments = json.loads(plane.kubectl("get", "job", name, "-n", namespace, "-o", path))
    account = plane.kubeconfig_for(namespace, UNINSTALL)
    command = [sys.executable, "-m", "oauth_connector", *arguments, f"--kubeconfig={account}"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "operator")}
    done = subprocess.run(  # noqa: S603  # our own program
        [*command, f"--namespace={namespace}"], env=environment, check=True, capture_output=True, text=True
    )
    _report_complete(plane, namespace, name)
    return done.stdout


def _report_complete(plane: ControlPlane, namespace: str, name: str) -> None:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    conditions = [{"type": kind, "status": "True"} for kind in ("SuccessCriteriaMet", "Complete")]
    status = {"succeeded": 1, "startTime": now, "completionTime": now, "conditions": conditions}
    patch = json.dumps({"status": status})
    plane.kubectl("patch", f"job/{name}", "-n", namespace, "--subresource=status", "--type=merge", "-p", patch)
