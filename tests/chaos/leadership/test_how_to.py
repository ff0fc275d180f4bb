"""The commands of the page about high availability, with two replicas whose Pods exist in the API."""

import asyncio
import os
from pathlib import Path

from devtools.cluster.binaries import control_plane_binaries
from devtools.cluster.control_plane import ControlPlane
from oauth_connector.kube.client import KubeAPI
from oauth_connector.kube.errors import KubeError
from oauth_connector.kube.paths import pod_path
from tests.chaos.leadership.conftest import SYSTEM, Replicas, is_leading
from tests.support.cluster import until
from tests.support.operator_process import OperatorProcess
from tests.support.page_commands import read_blocks

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "high-availability.md"


async def run_as_pod(admin: KubeAPI, replica: OperatorProcess, name: str) -> None:
    """End a process when its Pod is deleted, as the kubelet does."""

    async def is_deleted() -> bool:
        try:
            return "deletionTimestamp" in (await admin.get(pod_path(SYSTEM, name)))["metadata"]
        except KubeError as error:
            return error.status == 404

    await until(is_deleted, within=300)
    replica.terminate()


async def test_the_commands_of_the_page_work(replicas: Replicas, control_plane: ControlPlane, admin: KubeAPI) -> None:
    """They find the leader, delete its Pod, and show another holder."""
    first, second = await replicas.start(), await replicas.start()
    await replicas.wait_until_leading(first)
    pods = [
        asyncio.create_task(run_as_pod(admin, replica, f"operator-{n}")) for n, replica in enumerate((first, second))
    ]
    commands = read_blocks(PAGE, "sh")
    assert len(commands) == 4
    done = await asyncio.create_subprocess_exec(
        "bash",
        "-euxo",
        "pipefail",
        "-c",
        "\n".join(commands),
        env={
            **os.environ,
            "KUBECONFIG": str(control_plane.kubeconfig),
            "PATH": f"{control_plane_binaries()}:{os.environ['PATH']}",
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await done.communicate()
    assert done.returncode == 0, output.decode()
    assert output.decode().splitlines()[-1].startswith(f"{SYSTEM}/operator-1_"), output.decode()
    assert await is_leading(second)
    await admin.request("DELETE", pod_path(SYSTEM, "operator-1"))
    await asyncio.gather(*pods)
