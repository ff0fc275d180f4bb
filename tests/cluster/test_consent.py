"""A user consents in a browser, through the Service of the consent server."""

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest

from devtools.cluster.pod_cluster import PodCluster
from devtools.go_programs.programs import program
from devtools.local.child import Child
from devtools.local.free_port import free_port
from tests.support.http_client import HTTPClient, open_client
from tests.support.pods import manifests
from tests.support.pods.connectors import address, connector
from tests.support.pods.events import NAMESPACE, apply, events, wait_until
from tests.support.pods.release import NAME, Release
from tests.support.pods.release import NAMESPACE as RELEASE_NAMESPACE
from tests.support.polling import eventually
from tests.support.terminal import TerminalSession

LIFETIME = 300
CODE = re.compile("[0-9A-Z]{4}-[0-9A-Z]{4}")


@contextmanager
def forwarded(cluster: PodCluster, namespace: str, target: str, ports: str, log: Path) -> Iterator[None]:
    """Forward a port of this machine to a Service, as `kubectl port-forward` does."""
    options = (f"--kubeconfig={cluster.kubeconfig}", f"--namespace={namespace}", target, ports)
    child = Child([str(program("kubectl")), "port-forward", *options], log)
    try:
        wait_until(lambda: "Forwarding from" in log.read_text() or child.has_ended, f"{target} is forwarded")
        assert not child.has_ended, log.read_text()
        yield
    finally:
        child.kill()


@pytest.fixture
def authorization_url(cluster: PodCluster, release: Release, public_url: str, tmp_path: Path) -> Iterator[str]:
    """Forward ports to the consent server and to the authorization server; yield the URL of the latter in a browser."""
    assert release.leader()
    port = free_port()
    consent_server = (RELEASE_NAMESPACE, f"service/{NAME}-consent", f"{urlsplit(public_url).port}:80")
    with ExitStack() as stack:
        stack.enter_context(forwarded(cluster, *consent_server, tmp_path / "consent.log"))
        target = (NAMESPACE, f"service/{manifests.PROVIDER}", f"{port}:{manifests.PORT}")
        stack.enter_context(forwarded(cluster, *target, tmp_path / "provider.log"))
        yield f"https://127.0.0.1:{port}/{LIFETIME}/0/authorize"


async def test_user_authorizes_a_connector_through_the_service(
    cluster: PodCluster, public_url: str, authorization_url: str, tmp_path: Path
) -> None:
    """From `kubectl oauth authorize` over both servers and the confirmation code to a token in the Secret."""
    provider = {
        "authorizationURL": authorization_url,
        "tokenURL": f"{address(LIFETIME)}/token",
        "caBundleRef": {"name": manifests.AUTHORITY},
    }
    apply(cluster, [connector("calendar", LIFETIME, grantType="AuthorizationCode", provider=provider)])
    terminal = TerminalSession(tmp_path, {"KUBECONFIG": str(cluster.kubeconfig)})
    await terminal.run("authorize", "calendar", "-n", NAMESPACE, "--no-browser")
    link = re.compile(re.escape(public_url) + r"(/connect/\S+)#([\w-]{43})")
    await eventually(lambda: link.search(terminal.shown), within=120)
    found = link.search(terminal.shown)
    assert found is not None
    async with open_client(public_url) as visitor:
        code = await walk(visitor, found[1], found[2])
    terminal.type(f"{code}\n")
    assert await terminal.ended() == 0, terminal.shown
    cluster.kubectl(
        "wait", f"--namespace={NAMESPACE}", "--for=condition=Ready", "oauthconnector/calendar", "--timeout=5m"
    )
    assert [event["grant"] for event in requests_of(cluster, "calendar")] == ["authorization_code"]


async def walk(visitor: HTTPClient, path: str, ticket: str) -> str:
    """Go through the pages of both servers, and return the confirmation code of the last one."""
    leaving = await visitor.begin(path, ticket)
    async with (
        aiohttp.ClientSession() as session,
        session.get(leaving.onward, allow_redirects=False, ssl=False) as answer,
    ):
        back = urlsplit(answer.headers["Location"])
    seen = await visitor.get(f"{back.path}?{back.query}")
    shown = CODE.search((await visitor.get(seen.headers["Location"])).text)
    assert shown is not None
    return shown.group()


def requests_of(cluster: PodCluster, client: str) -> list[dict[str, object]]:
    """Return the token requests of a client."""
    found = events(cluster, "deployment/provider")
    return [dict(event) for event in found if event["event"] == "request" and event["client"] == client]
