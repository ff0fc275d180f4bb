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
    """Create a Pod of the Deployment that does not end before it is released: its part of a kubelet is played here."""
    uid = read_deployment(plane, namespace, "{.metadata.uid}")
    owner = {"apiVersion": "apps/v1", "kind": "Deployment", "name": NAME, "uid": uid, "blockOwnerDeletion": True}
    metadata = {"name": "operator", "finalizers": [HOLD], "ownerReferences": [owner]}
    spec = {"containers": [{"name": "operator", "image": "operator"}]}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}
    plane.kubectl("create", "-n", namespace.name, "-f", "-", stdin=json.dumps(pod))


def release_pod(plane: ControlPlane, namespace: Namespace) -> None:
    """Let the Pod end."""
    patch = json.dumps({"metadata": {"finalizers": None}})
    plane.kubectl("patch", "pod", "operator", "-n", namespace.name, "--type=merge", "-p", patch)


def read_deployment(plane: ControlPlane, namespace: Namespace, path: str) -> str:
    """Return what a JSONPath finds in the Deployment; nothing if there is no Deployment."""
    what = ("deployment", NAME, "-n", namespace.name, "--ignore-not-found")
    return plane.kubectl("get", *what, "-o", f"jsonpath={path}")


async def run_command(namespace: Namespace, account: Path, *arguments: str) -> asyncio.subprocess.Process:
    """Start the command as the Job does."""
    own = [f"--deployment={NAME}", f"--namespace={namespace.name}", f"--kubeconfig={account}"]
    return await asyncio.create_subprocess_exec(
        *[sys.executable, "-m", "oauth_connector", "drain", *own, *arguments],
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT / "operator")},
    )


async def test_the_command_ends_after_the_last_pod(
    control_plane: ControlPlane, namespace: Namespace, account: Path
) -> None:
    """It deletes the Deployment at once, waits for the Pod, and exits with 0."""
    add_pod(control_plane, namespace)
    process = await run_command(namespace, account)

    async def is_deleted() -> bool:
        path = "{.metadata.deletionTimestamp}"
        return await asyncio.to_thread(read_deployment, control_plane, namespace, path) != ""

    await until(is_deleted, within=30)
    running = process.returncode
    release_pod(control_plane, namespace)
    printed, _ = await process.communicate()
    assert printed.decode() == f"No Pod of Deployment {namespace.name}/{NAME} runs.\n"
    assert (running, process.returncode) == (None, 0)
    assert read_deployment(control_plane, namespace, "{.metadata.name}") == ""


async def test_a_pod_that_does_not_end_is_reported(
    control_plane: ControlPlane, namespace: Namespace, job: KubeAPI
) -> None:
    """After its time, the command fails, so Helm deletes nothing; the next one waits again."""
    add_pod(control_plane, namespace)
    for _ in range(2):
        with pytest.raises(DrainError, match="After 0 s, Pods of Deployment oauth-connector have not ended"):
            await drain_deployment(job, namespace.name, NAME, 0)
    release_pod(control_plane, namespace)


async def test_a_deployment_that_keeps_its_namespaces_is_not_stopped(
    control_plane: ControlPlane, namespace: Namespace, account: Path
) -> None:
    """The Job of a rollback that leaves out no namespace exits with 0."""
    process = await run_command(namespace, account, "--unless-within=*")
    printed, _ = await process.communicate()
    message = f"Deployment {namespace.name}/{NAME} keeps its namespaces and is not stopped.\n"
    assert (printed.decode(), process.returncode) == (message, 0)
    assert read_deployment(control_plane, namespace, "{.metadata.deletionTimestamp}") == ""


async def test_without_a_deployment_there_is_nothing_to_wait_for(
    control_plane: ControlPlane, namespace: Namespace, job: KubeAPI
) -> None:
    """An uninstall also succeeds after the Deployment was deleted."""
    control_plane.kubectl("delete", "deployment", NAME, "-n", namespace.name)
    assert await drain_deployment(job, namespace.name, NAME, 0)


async def test_another_deployment_is_not_stopped(job: KubeAPI, namespace: Namespace) -> None:
    """The Role of the Job names the Deployment of its release, and the message names the refusal."""
    with pytest.raises(DrainError, match="403"):
        await drain_deployment(job, namespace.name, "another", 0)
