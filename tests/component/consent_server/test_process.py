"""The service as a process, and its manifest on a real API server."""

import asyncio
import json
from pathlib import Path

import aiohttp
import pytest
import yaml

from devtools.cluster.control_plane import ControlPlane
from tests.support.cluster import until
from tests.support.consent_server_process import ConsentServerProcess
from tests.support.consent_server_replicas import CONSENT_SERVER


async def test_it_serves_requests_for_a_while_after_sigterm(tmp_path: Path, consent_account: Path) -> None:
    """After SIGTERM it reports that it is not ready, serves requests for a while, and exits with 0."""
    process = ConsentServerProcess(tmp_path, consent_account, "https://connect.example.com", stopDelaySeconds=2)
    await process.start()
    stopping = asyncio.create_task(process.stop())
    async with aiohttp.ClientSession() as session:

        async def is_unready() -> bool:
            async with session.get(f"{process.url}/readyz") as answer:
                return answer.status == 503

        await until(is_unready)
        async with session.get(f"{process.url}/connector/sales/zoho") as answer:
            assert answer.status == 200
    assert await stopping == 0
    assert "Traceback" not in process.read_log()


async def test_it_logs_routes_not_addresses(tmp_path: Path, consent_account: Path) -> None:
    """A line for each page: its route, its object, its status, and why it stopped; nothing for probes."""
    process = ConsentServerProcess(tmp_path, consent_account, "https://connect.example.com")
    await process.start()
    async with aiohttp.ClientSession() as session:
        await session.get(f"{process.url}/oauth/callback/sales/zoho?code=c&state=s")
        await session.get(f"{process.url}/x/y?z")
    await process.stop()
    lines = [line for line in process.lines() if line["event"] == "request"]
    logged = [(line["route"], line.get("object"), line["status"], line.get("failure")) for line in lines]
    assert logged == [
        ("/oauth/callback/{namespace}/{name}", "sales/zoho", 400, "FlowLost"),
        ("none", None, 404, None),
    ]


def test_its_pods_meet_the_restricted_standard(control_plane: ControlPlane, consent_account: Path) -> None:
    """The API server admits the Deployment's Pod where the standard `restricted` is enforced."""
    assert consent_account.exists()
    documents = yaml.safe_load_all(CONSENT_SERVER.read_text())
    deployment = next(document for document in documents if document["kind"] == "Deployment")
    template = deployment["spec"]["template"]
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "one"}, "spec": template["spec"]}
    where = ("--dry-run=server", "-n", "oauth-connector-system", "-f", "-")
    assert "created" in control_plane.kubectl("create", *where, stdin=json.dumps(pod))
    assert deployment["spec"]["replicas"] == 2


def test_a_missing_kubeconfig_is_wrong_usage(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A kubeconfig that does not exist is wrong usage, and one line reports it."""
    from oauth_connector.cli.main import main  # noqa: PLC0415  # for this one test

    arguments = ["consent", "--public-url", "https://connect.example.com", "--kubeconfig", str(tmp_path / "nothing")]
    assert main(arguments) == 2
    assert "kubeconfig" in capfd.readouterr().err
