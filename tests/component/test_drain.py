"""`oauth-connector drain` on a real API server, with the permissions that the chart gives to its Job."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import yaml

from devtools.cluster.control_plane import ControlPlane
from oauth_connector.cli.drain import DrainError, drain_deployment
from oauth_connector.kube.access import from_kubeconfig
from oauth_connector.kube.client import KubeAPI
from tests.support.cluster import Namespace, until
from tests.support.helm import admin_helm, find

ROOT = Path(__file__).parents[2]
NAME = "oauth-connector"
HOLD = "example.com/hold"


@pytest.fixture
def account(control_plane: ControlPlane, namespace: Namespace, tmp_path: Path) -> Path:
    """Return a kubeconfig of the ServiceAccount of the Job, with its Role as the chart renders it."""
    objects = admin_helm(control_plane, tmp_path, namespace.name).render({"consent": {"enabled": False}})
    wanted = [("ServiceAccount", f"{NAME}-drain"), ("Role", f"{NAME}-drain"), ("RoleBinding", f"{NAME}-drain")]
    manifests = [find(objects, *each) for each in (*wanted, ("Deployment", NAME))]
    control_plane.kubectl("apply", "--server-side", "-f", "-", stdin=yaml.safe_dump_all(manifests))
    return control_plane.kubeconfig_for(namespace.name, f"{NAME}-drain")


@pytest.fixture
async def job(account: Path) -> AsyncIterator[KubeAPI]:
    """Return the API server as the Job meets it."""
    async with KubeAPI(from_kubeconfig(account)) as api:
        yield api


def add_pod(plane: ControlPlane, namespace: Namespace) -> None:
    """Create a Pod of the operator that does not end before it is released: its part of a kubelet is played here."""
    labels = {"app.kubernetes.io/name": "oauth-connector-operator", "app.kubernetes.io/instance": NAME}
    metadata = {"name": "operator", "labels": labels, "finalizers": [HOLD]}
    spec = {"containers": [{"name": "operator", "image": "operator"}]}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}
    plane.kubectl("create", "-n", namespace.name, "-f", "-", stdin=json.dumps(pod))
    plane.kubectl("delete", "pod", "operator", "-n", namespace.name, "--wait=false")


def release_pod(plane: ControlPlane, namespace: Namespace) -> None:
    """Let the Pod end."""
    patch = json.dumps({"metadata": {"finalizers": None}})
    plane.kubectl("patch", "pod", "operator", "-n", namespace.name, "--type=merge", "-p", patch)


def replicas(plane: ControlPlane, namespace: Namespace) -> str:
    """Return how many Pods the Deployment wants."""
    return plane.kubectl("get", "deployment", NAME, "-n", namespace.name, "-o", "jsonpath={.spec.replicas}")


async def test_the_command_ends_after_the_last_pod(
    control_plane: ControlPlane, namespace: Namespace, account: Path
) -> None:
    """It scales the Deployment to zero at once, waits for the Pod, and exits with 0."""
    add_pod(control_plane, namespace)
    arguments = ["drain", f"--deployment={NAME}", f"--namespace={namespace.name}", f"--kubeconfig={account}"]
    process = await asyncio.create_subprocess_exec(
        *[sys.executable, "-m", "oauth_connector", *arguments],
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT / "operator")},
    )

    async def is_scaled() -> bool:
        return await asyncio.to_thread(replicas, control_plane, namespace) == "0"

    await until(is_scaled, within=30)
    running = process.returncode
    release_pod(control_plane, namespace)
    printed, _ = await process.communicate()
    assert printed.decode() == f"No Pod of Deployment {namespace.name}/{NAME} runs.\n"
    assert (running, process.returncode) == (None, 0)


async def test_a_pod_that_does_not_end_is_reported(
    control_plane: ControlPlane, namespace: Namespace, job: KubeAPI
) -> None:
    """After its time, the command fails, so Helm deletes nothing."""
    add_pod(control_plane, namespace)
    with pytest.raises(DrainError, match="After 0 s, 1 Pods of Deployment oauth-connector have not ended"):
        await drain_deployment(job, namespace.name, NAME, 0)
    release_pod(control_plane, namespace)


async def test_without_a_deployment_there_is_nothing_to_wait_for(
    control_plane: ControlPlane, namespace: Namespace, job: KubeAPI
) -> None:
    """An uninstall also succeeds after the Deployment was deleted."""
    control_plane.kubectl("delete", "deployment", NAME, "-n", namespace.name)
    await drain_deployment(job, namespace.name, NAME, 0)


async def test_another_deployment_is_not_stopped(job: KubeAPI, namespace: Namespace) -> None:
    """The Role of the Job names the Deployment of its release, and the message names the refusal."""
    with pytest.raises(DrainError, match="403"):
        await drain_deployment(job, namespace.name, "another", 0)
